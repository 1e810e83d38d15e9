import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** Reads a JSON example that the Python tests read, too. */
export function example(name: string): unknown {
  return JSON.parse(readFileSync(resolve(import.meta.dirname, '../../tests/fixtures/api', name), 'utf-8'));
}
