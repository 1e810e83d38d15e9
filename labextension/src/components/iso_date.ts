/** The day in UTC, as everywhere in the product. */
export function isoDate(instant: Date): string {
  return instant.toISOString().slice(0, 10);
}
