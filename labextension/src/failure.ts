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
  return { code: 'CLIENT', message: error instanceof Error ? error.message : String(error), hint: '' };
}
