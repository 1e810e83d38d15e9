import { act, cleanup, fireEvent, render, screen, within } from '@testing-library/react';
import * as React from 'react';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Sidebar } from '../src/components/sidebar';
import { RequestError } from '../src/failure';
import { SidebarModel } from '../src/model';
import { FakeNotebook, FakeRegistry, trans } from './fakes';

describe('Sidebar', () => {
  let registry: FakeRegistry;
  let notebook: FakeNotebook;
  let model: SidebarModel;

  beforeEach(() => {
    registry = new FakeRegistry();
    notebook = new FakeNotebook();
    model = new SidebarModel(registry, notebook);
  });

  afterEach(() => {
    cleanup();
    model.dispose();
  });

  async function show(): Promise<HTMLElement> {
    const { container } = render(<Rerendering model={model} />);
    await act(async () => model.setVisible(true));
    return container;
  }

  it('lists every view with the count', async () => {
    await show();

    expect(options().map(option => option.querySelector('.jf-Name')?.textContent)).toEqual([
      'customer_recency',
      'customer_value',
      'product_returns'
    ]);
    expect(screen.getByRole('status').textContent).toBe('3 of 3 feature views');
  });

  it('opens the second view with ArrowDown and Enter, and comes back to it with Escape', async () => {
    await show();
    const list = screen.getByRole('listbox');
    fireEvent.keyDown(list, { key: 'ArrowDown' });
    await act(async () => fireEvent.keyDown(list, { key: 'Enter' }));

    expect(screen.getByRole('heading', { level: 2 }).textContent).toBe('customer_value');
    expect(document.activeElement?.textContent).toContain('All features');

    fireEvent.keyDown(screen.getByRole('article'), { key: 'Escape' });
    expect(document.activeElement).toBe(screen.getByRole('listbox'));
    expect(options().find(option => option.getAttribute('aria-selected') === 'true')?.textContent).toContain(
      'customer_value'
    );
  });

  it('moves from the search box into the list with ArrowDown', async () => {
    await show();
    fireEvent.keyDown(screen.getByRole('searchbox'), { key: 'ArrowDown' });

    expect(document.activeElement).toBe(screen.getByRole('listbox'));
  });

  it('shows hostile text as text', async () => {
    const container = await show();

    expect(container.querySelector('img')).toBeNull();
    expect(container.textContent).toContain('<img src=x onerror=alert(1)>');
  });

  it('shows types, lineage, sources and versions of a view', async () => {
    await show();
    await act(async () => fireEvent.click(screen.getByText('customer_value')));
    const text = screen.getByRole('article').textContent;

    for (const part of ['growth', 'spend_180dDOUBLE', 'purchases.amount', 'Looks back180d', 'Version 1', 'GROUP BY']) {
      expect(text).toContain(part);
    }
  });

  it('inserts the cell and says so', async () => {
    await show();
    await act(async () => fireEvent.click(screen.getByText('customer_value')));
    fireEvent.click(screen.getByRole('button', { name: 'Insert cell' }));

    expect(notebook.inserted).toHaveLength(1);
    expect(screen.getByRole('status').textContent).toBe('Inserted below the active cell.');
  });

  it('says what is missing to insert a cell', async () => {
    notebook.moveTo('');
    await show();
    await act(async () => fireEvent.click(screen.getByText('customer_value')));

    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Insert cell' }).disabled).toBe(true);
    expect(screen.getByRole('status').textContent).toBe('Open a notebook to insert a cell into it.');
  });

  it('tells how to publish the first feature', async () => {
    registry.views = { ...registry.views, total: 0, views: [] };
    const container = await show();

    expect(container.textContent).toContain('Define one in a %%feature cell');
    expect(container.textContent).toContain('%feature publish NAME');
    expect(screen.queryByRole('searchbox')).toBeNull();
  });

  it('offers to clear filters that leave nothing', async () => {
    registry.views = { ...registry.views, views: [] };
    await show();
    await act(async () => fireEvent.click(screen.getByRole('button', { name: 'Clear search and filters' })));

    expect(screen.getByRole('status').textContent).toBe('0 of 3 feature views');
  });

  it('shows the sentence of a failure and retries', async () => {
    registry.error = new RequestError({ code: 'JF400', message: 'The registry is locked.', hint: 'Try again later.' });
    await show();
    expect(screen.getByRole('alert').textContent).toContain('The registry is locked.Try again later.JF400');

    registry.error = null;
    await act(async () => fireEvent.click(screen.getByRole('button', { name: 'Retry' })));
    expect(options()).toHaveLength(3);
    expect(document.activeElement).toBe(screen.getByRole('searchbox'));
  });

  it('marks what is certified and what is deprecated, and tells who reads', async () => {
    await show();

    expect(options().map(option => option.querySelector('.jf-Chips')?.textContent)).toEqual([
      'v1',
      'certifiedv2',
      'deprecatedv1'
    ]);
    expect(options()[1]?.textContent).toContain('4 readers');
  });

  it('filters by state', async () => {
    await show();
    await act(async () => fireEvent.change(screen.getByLabelText('State'), { target: { value: 'certified' } }));

    expect(model.filters.state).toBe('certified');
  });

  it('shows differences, consumers, usage, lineage of both kinds and related views', async () => {
    const container = await show();
    await act(async () => fireEvent.click(screen.getByText('customer_value')));
    const text = screen.getByRole('article').textContent;

    for (const part of [
      'Certified by grace on 1998-07-03: Compared with the ledger of June.',
      'MINORserved in dev',
      'spend_30d is new',
      '+       SUM(amount) AS spend_180d,',
      'churn_model@1modelpinned to version 2, of crm',
      'version 1, last read on 1998-07-04',
      '1 reader, last on 1998-07-04',
      'growth, from the same purchases.amount'
    ]) {
      expect(text).toContain(part);
    }
    expect(container.querySelectorAll('.jf-Lineage-drawing .jf-mod-value')).toHaveLength(2);
    expect(container.querySelectorAll('.jf-Lineage-drawing .jf-mod-row')).toHaveLength(9);
    const [lineage] = screen.getAllByRole('table');
    expect(lineage?.textContent).toContain('spend_180dpurchases.amountpurchases.customer_id');
  });

  it('opens a related view', async () => {
    await show();
    await act(async () => fireEvent.click(screen.getByText('customer_value')));
    await act(async () => fireEvent.click(screen.getByRole('button', { name: 'customer_recency' })));

    expect(registry.asked.at(-1)).toBe('detail work/first.ipynb customer_recency@null');
  });

  it('finds the views that read a column of the lineage', async () => {
    await show();
    await act(async () => fireEvent.click(screen.getByText('customer_value')));
    const buttons = screen.getAllByTitle('Find the views that read this column');
    const amount = buttons.find(button => button.textContent === 'purchases.amount');
    await act(async () => fireEvent.click(amount as HTMLElement));

    expect(screen.getByRole<HTMLInputElement>('searchbox').value).toBe('purchases.amount');
    expect(model.detail).toBeNull();
  });

  it('offers no step to a viewer', async () => {
    registry.known = { name: 'vera', roles: ['viewer'], teams: [], closedTeams: ['growth'] };
    await show();
    await act(async () => fireEvent.click(screen.getByText('customer_value')));
    expect(screen.queryByRole('group', { name: 'Steps' })).toBeNull();

    fireEvent.keyDown(screen.getByRole('article'), { key: 'Escape' });
    await act(async () => fireEvent.click(screen.getByRole('button', { name: 'This notebook' })));
    expect(screen.getByText('customer_visits')).toBeDefined();
    expect(screen.queryByRole('button', { name: 'Publish customer_visits …' })).toBeNull();
  });

  it('promotes after the plan, when those who read it are acknowledged', async () => {
    await show();
    await act(async () => fireEvent.click(screen.getByText('customer_value')));
    await act(async () => fireEvent.click(screen.getByRole('button', { name: 'Promote …' })));

    expect(screen.getByRole('heading', { level: 2 }).textContent).toBe('Promote customer_value@2');
    expect(document.activeElement?.textContent).toContain('Cancel');
    const text = screen.getByRole('region').textContent;
    for (const part of [
      'prod serves customer_value@1 and would serve customer_value@2.',
      'MAJOR',
      'spend_180d is computed in another way',
      '17 of 1200 differ',
      'same in all 1200',
      'Such as spend_180d of customer_id 7: 10 -> 12.5',
      'future invariancepassed'
    ]) {
      expect(text).toContain(part);
    }
    const promote = screen.getByRole<HTMLButtonElement>('button', { name: 'Promote' });
    expect(promote.disabled).toBe(true);
    await act(async () => fireEvent.click(screen.getByLabelText('churn_model@1')));
    await act(async () => fireEvent.click(promote));

    expect(registry.taken.map(each => [each.step, each.environment])).toEqual([['promote', 'prod']]);
    expect(screen.getByText('prod serves customer_value@2 now.')).toBeDefined();
    expect(document.activeElement?.textContent).toContain('All features');
    fireEvent.keyDown(screen.getByRole('article'), { key: 'Escape' });
    expect(document.activeElement).toBe(screen.getByRole('listbox'));
  });

  it('leaves a step with Escape, and changes nothing', async () => {
    await show();
    await act(async () => fireEvent.click(screen.getByText('customer_value')));
    await act(async () => fireEvent.click(screen.getByRole('button', { name: 'Deprecate …' })));
    fireEvent.keyDown(screen.getByRole('region'), { key: 'Escape' });

    expect(screen.getByRole('article')).toBeDefined();
    expect(registry.taken).toEqual([]);
  });

  it('lists the feature cells with their states, goes to one and publishes it after the plan', async () => {
    await show();
    await act(async () => fireEvent.click(screen.getByRole('button', { name: 'This notebook' })));
    const section = screen.getByRole('region', { name: /This notebook/ });
    for (const state of ['unchanged', 'changed', 'new', 'version gone', 'broken']) {
      expect(within(section).getByText(state)).toBeDefined();
    }
    expect(section.textContent).toContain("Did you mean 'amount'? [JF105]");
    fireEvent.click(within(section).getByRole('button', { name: 'customer_visits' }));
    expect(notebook.active).toBe(5);

    await act(async () => fireEvent.click(screen.getByRole('button', { name: 'Publish customer_visits …' })));
    await act(async () => fireEvent.click(screen.getByLabelText('churn_model@1')));
    await act(async () => fireEvent.click(screen.getByRole('button', { name: 'Publish' })));

    expect(registry.taken.map(each => each.step)).toEqual(['publish']);
    expect(notebook.remembered).toEqual(['5 customer_visits@1']);
    expect(screen.getByText('customer_visits is published.')).toBeDefined();
    expect(document.activeElement?.textContent).toContain('This notebook');
    expect(registry.asked.filter(asked => asked.startsWith('states'))).toHaveLength(2);
  });

  it('shows the server’s refusal unchanged', async () => {
    registry.refusal = new RequestError({
      code: 'JF413',
      message: 'It is defined exactly as other@1.',
      hint: 'Use it.'
    });
    await show();
    await act(async () => fireEvent.click(screen.getByRole('button', { name: 'This notebook' })));
    await act(async () => fireEvent.click(screen.getByRole('button', { name: 'Publish customer_visits …' })));
    await act(async () => fireEvent.click(screen.getByLabelText('churn_model@1')));
    await act(async () => fireEvent.click(screen.getByRole('button', { name: 'Publish' })));

    expect(screen.getByRole('alert').textContent).toBe('It is defined exactly as other@1.Use it.JF413');
  });

  it('offers the search box at once, while the list is still being read', () => {
    render(<Rerendering model={model} />);

    expect(screen.getByRole('searchbox')).toBeDefined();
    expect(screen.getByRole('status').textContent).toBe('Reading the published features …');
  });
});

function options(): HTMLElement[] {
  return within(screen.getByRole('listbox')).getAllByRole('option');
}

/** Draws the sidebar anew at each change of the model, as the panel does. */
function Rerendering({ model }: { readonly model: SidebarModel }): React.JSX.Element {
  const [, draw] = React.useReducer((count: number) => count + 1, 0);
  React.useEffect(() => {
    const slot = (): void => draw();
    model.changed.connect(slot);
    return () => void model.changed.disconnect(slot);
  }, [model]);
  return <Sidebar model={model} trans={trans} />;
}
