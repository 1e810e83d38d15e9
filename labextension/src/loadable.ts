import { failureOf } from './failure';
import type { Failure } from './tokens';

/** Something that is here, or could not be read. */
export type Answer<T> =
  | { readonly state: 'failed'; readonly failure: Failure }
  | { readonly state: 'ready'; readonly value: T };

/** Something that is still being read, or was answered. */
export type Loadable<T> = { readonly state: 'loading' } | Answer<T>;

export const LOADING = { state: 'loading' } as const;

/** Waits for an answer, or for why there is none. */
export async function load<T>(answer: Promise<T>): Promise<Answer<T>> {
  try {
    return { state: 'ready', value: await answer };
  } catch (error) {
    return { state: 'failed', failure: failureOf(error) };
  }
}
