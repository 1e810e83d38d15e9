import { act, cleanup, fireEvent, render, screen, within } from '@testing-library/react';
import * as React from 'react';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RequestError } from '../src/failure';
import { NO_FILTERS } from '../src/list_model';
import { SidebarModel } from '../src/model';
import type { Feature, VersionLine } from '../src/tokens';
import { DETAIL, FakeNotebook, FakeRegistry, NO_ANSWER, VIEWS } from './fakes';
import { Rerendering } from './rerendering';

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

    expect(screen.getByLabelText<HTMLSelectElement>('Source').value).toBe('purchases.amount');
    expect(model.views.filters).toEqual({ ...NO_FILTERS, source: 'purchases.amount' });
    expect(model.detail).toBeNull();
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
