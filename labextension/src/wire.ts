/** A JSON object whose fields are still to be checked. */
export type Fields = Readonly<Record<string, unknown>>;

/** The server's answer does not have the form that was agreed. */
export class WireError extends Error {
  constructor(name: string, expected: string) {
    super(`The server's answer has no ${expected} in '${name}'.`);
  }
}

export function fields(value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new WireError('body', 'object');
  }
  return value as Fields;
}

export function text(from: Fields, name: string): string {
  const value = from[name];
  if (typeof value !== 'string') {
    throw new WireError(name, 'text');
  }
  return shown(value);
}

export function integer(from: Fields, name: string): number {
  const value = from[name];
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    throw new WireError(name, 'whole number');
  }
  return value;
}

export function boolean(from: Fields, name: string): boolean {
  const value = from[name];
  if (typeof value !== 'boolean') {
    throw new WireError(name, 'yes or no');
  }
  return value;
}

/** Reads a text that is one of a few. */
export function oneOf<T extends string>(from: Fields, name: string, values: readonly T[]): T {
  const found = values.find(value => value === from[name]);
  if (found === undefined) {
    throw new WireError(name, values.join(', '));
  }
  return found;
}

/** Reads a field that servers of another version leave out. */
export function optional<T>(from: Fields, name: string, absent: T, read: (from: Fields, name: string) => T): T {
  return from[name] === undefined ? absent : read(from, name);
}

/** Reads a field that may be null. */
export function nullable<T>(from: Fields, name: string, read: (from: Fields, name: string) => T): T | null {
  return from[name] === null ? null : read(from, name);
}

export function date(from: Fields, name: string): Date {
  const value = new Date(text(from, name));
  if (Number.isNaN(value.getTime())) {
    throw new WireError(name, 'instant');
  }
  return value;
}

export function texts(from: Fields, name: string): readonly string[] {
  const value = from[name];
  if (!Array.isArray(value) || !value.every(item => typeof item === 'string')) {
    throw new WireError(name, 'list of texts');
  }
  return value.map(shown);
}

export function arrayOf<T>(from: Fields, name: string, read: (item: Fields) => T): readonly T[] {
  const value = from[name];
  if (!Array.isArray(value)) {
    throw new WireError(name, 'list');
  }
  return value.map(item => read(fields(item)));
}

/** Characters that turn the direction of the text after them, up to another that may never come. */
const TURNS = /[\u202A-\u202E\u2066-\u2069]/g;

/** Makes visible what would let a text read otherwise than it is written. */
function shown(value: string): string {
  return value.replace(TURNS, turn => `[U+${turn.charCodeAt(0).toString(16).toUpperCase()}]`);
}
