import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RequestError } from '../src/failure';
import { StepModel } from '../src/step_model';
import type { Step } from '../src/tokens';
import { FakeRegistry, PLAN, REFUSED_PLAN } from './fakes';

describe('StepModel', () => {
  let registry: FakeRegistry;

  beforeEach(() => {
    vi.useFakeTimers();
    registry = new FakeRegistry();
  });

  afterEach(() => vi.useRealTimers());

  async function planned(step: Step): Promise<StepModel> {
    const request = { step, name: 'value', version: 2, environment: 'prod', content: null };
    const model = new StepModel(registry, 'a.ipynb', request, ['prod']);
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
    expect(registry.taken).toEqual([
      { step: 'promote', environment: 'prod', reason: '', replacement: '', acknowledged: ['churn_model@1'] }
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
    registry.refusal = new RequestError({ code: 'JF404', message: 'It belongs to growth.', hint: 'Ask ada.' });
    expect(await model.take()).toBeNull();
    expect(model.failure).toEqual({ code: 'JF404', message: 'It belongs to growth.', hint: 'Ask ada.' });

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

  it('shows why there is no plan', async () => {
    registry.error = new RequestError({ code: 'JF414', message: 'It has served nothing else.', hint: '' });
    const model = await planned('rollback');

    expect(model.plan).toMatchObject({ state: 'failed', failure: { code: 'JF414' } });
    expect(model.canTake).toBe(false);
  });
});
