import { act, cleanup, fireEvent, render, screen, within } from '@testing-library/react';
import * as React from 'react';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Sidebar } from '../src/components/sidebar';
import { RequestError } from '../src/failure';
import { NO_FILTERS } from '../src/list_model';
import { SidebarModel } from '../src/model';
import type { CellState, Feature, VersionLine } from '../src/tokens';
import { DETAIL, FakeNotebook, FakeRegistry, NO_ANSWER, PLAN, STATES, trans, VIEWS } from './fakes';

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
    expect(document.activeElement).toBe(screen.getByRole('heading', { level: 2 }));

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
    expect(screen.getByRole('status').textContent).toBe('Inserted below the active cell of first.ipynb.');
  });

  it('says what is missing to insert a cell', async () => {
    notebook.moveTo('');
    await show();
    await act(async () => fireEvent.click(screen.getByText('customer_value')));

    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Insert cell' }).disabled).toBe(true);
    expect(screen.getByText('Open a notebook to insert a cell into it.')).toBeDefined();
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
    registry.error = new RequestError({
      status: 409,
      code: 'JF400',
      message: 'The registry is locked.',
      hint: 'Try again later.'
    });
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

    expect(model.views.filters.state).toBe('certified');
  });

  it('filters by who reads a view, where anybody does', async () => {
    await show();
    await act(async () => fireEvent.change(screen.getByLabelText('Read by'), { target: { value: 'churn_model' } }));
    expect(model.views.filters.consumer).toBe('churn_model');

    await act(async () => model.views.setFilters(NO_FILTERS));
    registry.views = { ...VIEWS, facets: { ...VIEWS.facets, consumers: [] } };
    await act(async () => model.refresh());
    expect(screen.queryByLabelText('Read by')).toBeNull();
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
    expect(document.activeElement).toBe(screen.getByRole('heading', { level: 2 }));
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
    const promote = screen.getByRole('button', { name: 'Promote' });
    expect(promote.getAttribute('aria-disabled')).toBe('true');
    await act(async () => fireEvent.click(screen.getByLabelText('churn_model@1')));
    await act(async () => fireEvent.click(promote));

    expect(registry.taken.map(each => each.request)).toEqual([
      { step: 'promote', name: 'customer_value', version: 2, environment: 'prod' }
    ]);
    expect(screen.getByRole('status').textContent).toBe('prod serves customer_value@2 now.');
    expect(document.activeElement?.textContent).toBe('customer_value');
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
    expect(notebook.revealed).toEqual(['cell-5']);

    await act(async () => fireEvent.click(screen.getByRole('button', { name: 'Publish customer_visits …' })));
    await act(async () => fireEvent.click(screen.getByLabelText('churn_model@1')));
    await act(async () => fireEvent.click(screen.getByRole('button', { name: 'Publish' })));

    expect(registry.taken.map(each => each.request)).toMatchObject([
      { step: 'publish', name: 'customer_visits', cell: 5 }
    ]);
    expect(notebook.remembered).toEqual(['work/first.ipynb cell-5 customer_visits@1']);
    expect(screen.getByRole('status').textContent).toBe('customer_visits is published.');
    expect(document.activeElement?.textContent).toContain('This notebook');
    expect(registry.asked.filter(asked => asked.startsWith('states'))).toHaveLength(2);
  });

  it('shows the server’s refusal unchanged', async () => {
    registry.refusal = new RequestError({
      status: 409,
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

  it('leaves the focus in a text that is being written, and outside of the panel', async () => {
    await show();
    await act(async () => fireEvent.click(screen.getByText('customer_value')));
    const elsewhere = document.body.appendChild(document.createElement('textarea'));
    elsewhere.focus();
    await act(async () => model.close());
    expect(document.activeElement).toBe(elsewhere);

    // The wish is gone with it: a list that appears later asks for nothing.
    elsewhere.remove();
    registry.views = { ...registry.views, views: [] };
    await act(async () => model.refresh());
    registry.views = { ...registry.views, views: VIEWS.views };
    await act(async () => model.refresh());
    expect(document.activeElement).toBe(document.body);
  });

  it('focuses the title of a version that is opened from the history', async () => {
    await show();
    await act(async () => fireEvent.click(screen.getByText('customer_value')));
    await act(async () => fireEvent.click(screen.getByRole('button', { name: 'Version 1' })));

    expect(document.activeElement).toBe(screen.getByRole('heading', { level: 2 }));
  });

  it('keeps what is written when Escape leaves a field, and cancels with the next', async () => {
    await show();
    await act(async () => fireEvent.click(screen.getByText('customer_value')));
    await act(async () => fireEvent.click(screen.getByRole('button', { name: 'Deprecate …' })));
    const reason = screen.getByLabelText<HTMLTextAreaElement>('Why should nobody start using it?');
    fireEvent.change(reason, { target: { value: 'It counts refunds.' } });
    reason.focus();
    fireEvent.keyDown(reason, { key: 'Escape' });
    expect(reason.value).toBe('It counts refunds.');
    expect(document.activeElement).toBe(screen.getByRole('heading', { level: 2 }));

    fireEvent.keyDown(document.activeElement as Element, { key: 'Escape' });
    expect(screen.getByRole('article')).toBeDefined();
  });

  it('focuses the refusal, and keeps the button where it is', async () => {
    registry.planned = { ...PLAN, acknowledge: [] };
    registry.refusal = new RequestError({ status: 403, code: 'JF404', message: 'It belongs to growth.', hint: '' });
    await show();
    await act(async () => fireEvent.click(screen.getByText('customer_value')));
    await act(async () => fireEvent.click(screen.getByRole('button', { name: 'Promote …' })));
    await act(async () => fireEvent.click(screen.getByRole('button', { name: 'Promote' })));

    expect(document.activeElement).toBe(screen.getByRole('alert'));
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Promote' }).disabled).toBe(false);
  });

  it('shows duplicates with a way to look at them, the cost, and asks why another is needed', async () => {
    const duplicates = [
      { reference: 'spend@2', owner: 'growth', state: 'certified', kind: 'same values', evidence: '40 of 40 rows' }
    ];
    registry.planned = { ...PLAN, acknowledge: [], duplicates, needsReason: true, cost: '12 rows a day' };
    await show();
    await act(async () => fireEvent.click(screen.getByRole('button', { name: 'This notebook' })));
    await act(async () => fireEvent.click(screen.getByRole('button', { name: 'Publish customer_visits …' })));
    const text = screen.getByRole('region').textContent;
    for (const part of ['spend@2', 'same values', 'certified, of growth: 40 of 40 rows', '12 rows a day']) {
      expect(text).toContain(part);
    }
    expect(screen.getByLabelText<HTMLTextAreaElement>(/Why is another needed/).required).toBe(true);

    await act(async () => fireEvent.click(screen.getByRole('button', { name: 'Open spend@2' })));
    expect(registry.asked.at(-1)).toBe('detail work/first.ipynb spend@2');
    await act(async () => fireEvent.click(screen.getByRole('button', { name: 'Back to the plan' })));
    expect(screen.getByRole('heading', { level: 2 }).textContent).toBe('Publish customer_visits');
  });

  it('asks for no reason to publish what does not exist yet', async () => {
    await show();
    await act(async () => fireEvent.click(screen.getByRole('button', { name: 'This notebook' })));
    await act(async () => fireEvent.click(screen.getByRole('button', { name: 'Publish customer_visits …' })));

    expect(screen.queryByLabelText(/Why is another needed/)).toBeNull();
  });

  it('chooses among known environments, and asks for the name of another before it plans', async () => {
    await show();
    await act(async () => fireEvent.click(screen.getByText('customer_value')));
    await act(async () => fireEvent.click(screen.getByRole('button', { name: 'Promote …' })));
    const select = screen.getByLabelText<HTMLSelectElement>('Environment');
    expect([...select.options].map(option => option.textContent)).toEqual(['dev', 'prod', 'another …']);
    await act(async () => fireEvent.change(select, { target: { value: '' } }));
    expect(screen.getByText('Name the environment first; then the plan appears here.')).toBeDefined();
    expect(screen.queryByText(/Asks everybody/)).toBeNull();

    const name = screen.getByLabelText('Name of the other environment');
    await act(async () => fireEvent.change(name, { target: { value: 'stage' } }));
    expect(screen.getByText(/stage is new to customer_value/)).toBeDefined();
  });

  it('shows a reviewer the definition and who reads it, and lets the review end on a day', async () => {
    registry.known = { ...registry.known, name: 'grace' };
    registry.planned = { ...PLAN, acknowledge: [] };
    await show();
    await act(async () => fireEvent.click(screen.getByText('customer_value')));
    await act(async () => fireEvent.click(screen.getByRole('button', { name: 'Certify …' })));
    const text = screen.getByRole('region').textContent;
    for (const part of ['Definition, in SQL', 'GROUP BY customer_id', 'churn_model@1']) {
      expect(text).toContain(part);
    }
    fireEvent.change(screen.getByLabelText('What did you look at?'), { target: { value: 'The ledger.' } });
    fireEvent.change(screen.getByLabelText('Holds until (optional)'), { target: { value: '1999-07-01' } });
    await act(async () => fireEvent.click(screen.getByRole('button', { name: 'Certify' })));

    expect(registry.taken).toMatchObject([{ reason: 'The ledger.', expiresOn: '1999-07-01' }]);
  });

  it('offers no publishing of a replaced cell, nor of a cell of a team that one does not belong to', async () => {
    const [cell] = STATES.cells.filter(each => each.state === 'new');
    const replaced = { ...cell, name: 'old', replacedBy: 6 } as CellState;
    const foreign = { ...cell, name: 'foreign', index: 6, owner: 'catalogue' } as CellState;
    registry.compared = { ...STATES, cells: [replaced, foreign] };
    await show();
    await act(async () => fireEvent.click(screen.getByRole('button', { name: 'This notebook' })));

    expect(screen.getByText('Replaced by cell 7, which defines the same name.')).toBeDefined();
    expect(screen.queryByRole('button', { name: /Publish/ })).toBeNull();
  });

  it('tells one alert when nobody answers, and what is shown', async () => {
    await show();
    await act(async () => fireEvent.click(screen.getByRole('button', { name: 'This notebook' })));
    registry.error = NO_ANSWER;
    await act(async () => model.refresh());

    expect(screen.getByRole('alert').textContent).toMatch(
      /^Not reachable since ..:.. UTC, showing what was read at ..:.. UTC.No answer.$/
    );
    expect(options()).toHaveLength(3);
  });

  it('says which words were searched for instead', async () => {
    registry.views = { ...registry.views, corrected: 'revenue', views: registry.views.views.slice(0, 1) };
    await show();

    expect(screen.getByRole('status').textContent).toBe('Showing results for “revenue”. 1 of 3 feature views');
  });

  it('asks nothing by usage where nothing was ever read', async () => {
    registry.views = { ...registry.views, hasReads: false };
    await show();

    expect(screen.queryByLabelText('Usage')).toBeNull();
  });

  it('inserts one cell for a double click', async () => {
    await show();
    await act(async () => fireEvent.click(screen.getByText('customer_value')));
    const button = screen.getByRole('button', { name: 'Insert cell' });
    fireEvent.click(button, { detail: 1 });
    fireEvent.click(button, { detail: 2 });

    expect(notebook.inserted).toHaveLength(1);
  });

  it.each([
    [12, true],
    [13, false]
  ])('of a lineage of %i features the drawing is open: %s', async (count, isOpen) => {
    const [feature] = DETAIL.features;
    const features = Array.from({ length: count }, (_, place) => ({ ...feature, name: `f${place}` }) as Feature);
    registry.detail = async () => ({ ...DETAIL, features });
    await show();
    await act(async () => fireEvent.click(screen.getByText('customer_value')));

    expect(screen.getByText('Drawing').closest('details')?.open).toBe(isOpen);
  });

  it('shows the newest versions, and all on demand', async () => {
    const [line] = DETAIL.versions;
    const versions = [9, 8, 7, 6, 5, 4, 3].map(version => ({ ...line, version }) as VersionLine);
    registry.detail = async () => ({ ...DETAIL, versions });
    await show();
    await act(async () => fireEvent.click(screen.getByText('customer_value')));
    expect(screen.getAllByRole('button', { name: /^Version/ })).toHaveLength(5);
    fireEvent.click(screen.getByRole('button', { name: 'Show all 7' }));

    expect(screen.getAllByRole('button', { name: /^Version/ })).toHaveLength(7);
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
  return <Sidebar model={model} trans={trans} onDrag={() => undefined} />;
}
