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
