import type { Failure } from './tokens';

/** A request that failed, with the sentence to show. */
export class RequestError extends Error {
  constructor(readonly failure: Failure) {
    super(failure.message);
  }
}

/** What to show of anything that was thrown. */
export function failureOf(error: unknown): Failure {
  if (error instanceof RequestError) {
    return error.failure;
  }
  // An answer that breaks the agreed form names the field at fault.
  return { status: 0, code: 'CLIENT', message: error instanceof Error ? error.message : String(error), hint: '' };
}

// The Jupyter server, a proxy before it, or the registry behind it. A token that is not taken is none of these.
const OUTAGES: readonly string[] = ['NETWORK', 'HTTP502', 'HTTP503', 'HTTP504', 'JF400'];

/** Whether nobody answered who could know: it may be otherwise in a moment, and says nothing about what was asked. */
export function isOutage({ code }: Failure): boolean {
  return OUTAGES.includes(code);
}

/** Whether the registry changed under a plan, or wants to hear more than the plan asked. */
export function isStale({ status }: Failure): boolean {
  return status === 409 || status === 422;
}
