import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RequestError } from '../src/failure';
import { StepModel } from '../src/step_model';
import type { Step, StepRequest } from '../src/tokens';
import { FakeRegistry, PLAN, REFUSED_PLAN } from './fakes';

const REQUESTS: Readonly<Record<Step, StepRequest>> = {
  publish: { step: 'publish', name: 'value', content: { cells: [] }, cell: 0 },
  promote: { step: 'promote', name: 'value', version: 2, environment: 'prod' },
  rollback: { step: 'rollback', name: 'value', environment: 'prod' },
  certify: { step: 'certify', name: 'value', version: 2 },
  deprecate: { step: 'deprecate', name: 'value' }
};

describe('StepModel', () => {
  let registry: FakeRegistry;

  beforeEach(() => {
    vi.useFakeTimers();
    registry = new FakeRegistry();
  });

  afterEach(() => vi.useRealTimers());

  async function planned(step: Step): Promise<StepModel> {
    const model = new StepModel(registry, 'a.ipynb', REQUESTS[step], ['prod']);
    await model.refresh();
    return model;
  }

  it('is taken only after every consumer is acknowledged', async () => {
    const model = await planned('promote');
    expect(model.canTake).toBe(false);
    expect(await model.take()).toBeNull();

    model.setAnswers({ acknowledged: ['churn_model@1'] });
    expect(model.canTake).toBe(true);
    expect(await model.take()).toBe('');
    expect(registry.taken).toMatchObject([
      { request: REQUESTS.promote, reason: '', acknowledged: ['churn_model@1'], follows: PLAN.before }
    ]);
  });

  it.each<[Step, boolean]>([
    ['certify', true],
    ['deprecate', true],
    ['publish', false],
    ['rollback', false]
  ])('asks of %s a reason: %s', async (step, isAsked) => {
    registry.planned = { ...PLAN, acknowledge: [] };
    const model = await planned(step);

    expect(model.canTake).toBe(!isAsked);
    model.setAnswers({ reason: 'looked at it' });
    expect(model.canTake).toBe(true);
  });

  it('is not taken while something stands against it', async () => {
    registry.planned = REFUSED_PLAN;
    const model = await planned('certify');
    model.setAnswers({ reason: 'looked at it' });

    expect(model.canTake).toBe(false);
  });

  it('keeps the server’s refusal, and can be taken again', async () => {
    const model = await planned('promote');
    model.setAnswers({ acknowledged: ['churn_model@1'] });
    registry.refusal = new RequestError({
      status: 403,
      code: 'JF404',
      message: 'It belongs to growth.',
      hint: 'Ask ada.'
    });
    expect(await model.take()).toBeNull();
    expect(model.failure).toEqual({ status: 403, code: 'JF404', message: 'It belongs to growth.', hint: 'Ask ada.' });

    registry.refusal = null;
    expect(await model.take()).toBe('');
    expect(model.failure).toBeNull();
  });

  it('plans anew for another environment once typing pauses, and forgets what was said of the old plan', async () => {
    const model = await planned('promote');
    model.setAnswers({ acknowledged: ['churn_model@1'] });
    model.setEnvironment('s');
    model.setEnvironment('stage');
    expect([model.plan.state, model.canTake]).toEqual(['loading', false]);
    await vi.runAllTimersAsync();

    expect(registry.asked).toEqual(['plan promote a.ipynb value prod', 'plan promote a.ipynb value stage']);
    expect(model.answers.acknowledged).toEqual([]);
  });

  it('asks for a reason to publish what exists already, and only then', async () => {
    registry.planned = { ...PLAN, acknowledge: [], needsReason: true };
    const model = await planned('publish');
    expect([model.needsReason, model.canTake]).toEqual([true, false]);

    model.setAnswers({ reason: 'Another clock.' });
    expect(model.canTake).toBe(true);
  });

  it('plans anew when the registry refuses what has changed, and keeps what was said and is still asked', async () => {
    const model = await planned('promote');
    model.setAnswers({ acknowledged: ['churn_model@1'] });
    registry.refusal = new RequestError({ status: 409, code: 'JF410', message: 'Two more read it.', hint: '' });
    registry.planned = { ...PLAN, acknowledge: ['churn_model@1', 'uplift_model@2'] };
    await model.take();
    await vi.runAllTimersAsync();

    expect(model.failure?.message).toBe('Two more read it.');
    expect(model.plan).toMatchObject({ state: 'ready', value: { acknowledge: ['churn_model@1', 'uplift_model@2'] } });
    expect([model.answers.acknowledged, model.newlyAsked]).toEqual([['churn_model@1'], ['uplift_model@2']]);
    expect(model.canTake).toBe(false);
  });

  it('keeps the plan in sight while it plans anew, and cannot be taken then', async () => {
    registry.planned = { ...PLAN, acknowledge: [] };
    const model = await planned('promote');
    const planning = model.refresh();
    expect([model.plan.state, model.canTake]).toEqual(['ready', false]);

    await planning;
    expect(model.canTake).toBe(true);
  });

  it('does not move a pointer to where it points already', async () => {
    registry.planned = { ...PLAN, acknowledge: [], isChange: false };

    expect((await planned('promote')).canTake).toBe(false);
  });

  it('plans nothing for an environment without a name', async () => {
    const model = new StepModel(registry, 'a.ipynb', { ...REQUESTS.promote, environment: '' } as StepRequest, []);
    await model.refresh();

    expect([registry.asked, model.canTake]).toEqual([[], false]);
  });

  it('shows why there is no plan', async () => {
    registry.error = new RequestError({ status: 409, code: 'JF414', message: 'It has served nothing else.', hint: '' });
    const model = await planned('rollback');

    expect(model.plan).toMatchObject({ state: 'failed', failure: { code: 'JF414' } });
    expect(model.canTake).toBe(false);
  });
});
