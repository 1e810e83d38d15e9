import { act, cleanup, fireEvent, render, screen, within } from '@testing-library/react';
import * as React from 'react';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RequestError } from '../src/failure';
import { SidebarModel } from '../src/model';
import type { CellState } from '../src/tokens';
import { FakeNotebook, FakeRegistry, PLAN, STATES } from './fakes';
import { Rerendering } from './rerendering';

describe('Steps in the sidebar', () => {
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
});
