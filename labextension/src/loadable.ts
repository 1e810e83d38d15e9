import { failureOf } from './failure';
import type { Failure } from './tokens';

/** Something that is being read, could not be read, or is here. */
export type Loadable<T> =
  | { readonly state: 'loading' }
  | { readonly state: 'failed'; readonly failure: Failure }
  | { readonly state: 'ready'; readonly value: T };

export const LOADING = { state: 'loading' } as const;

/** Waits for an answer, or for why there is none. */
export async function load<T>(answer: Promise<T>): Promise<Loadable<T>> {
  try {
    return { state: 'ready', value: await answer };
  } catch (error) {
    return { state: 'failed', failure: failureOf(error) };
  }
}
