import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { NoticeModel } from '../src/notice_model';
import type { StepRequest } from '../src/tokens';

const REQUEST: StepRequest = { step: 'deprecate', name: 'value' };
const FAILURE = { status: 403, code: 'JF404', message: 'It belongs to growth.', hint: '' };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('lets what was done go by itself, a newer one later than the one before', async () => {
  const notices = new NoticeModel();
  notices.say({ kind: 'taken', request: REQUEST });
  await vi.advanceTimersByTimeAsync(10_000);
  notices.say({ kind: 'inserted', path: 'a.ipynb' });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(notices.current).toEqual({ kind: 'inserted', path: 'a.ipynb' });

  await vi.advanceTimersByTimeAsync(10_000);
  expect(notices.current).toBeNull();
});

it('keeps a refusal until something else is done', async () => {
  const notices = new NoticeModel();
  notices.say({ kind: 'refused', request: REQUEST, failure: FAILURE });
  await vi.runAllTimersAsync();

  expect(notices.current?.kind).toBe('refused');
});
