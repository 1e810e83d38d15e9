import type { Me, Step, ViewDetail } from './tokens';

/** Whether a person may define and publish at all; an unknown person may not. */
export function mayPublish(me: Me | null): boolean {
  return me?.roles.includes('author') ?? false;
}

/** The steps to offer for a version: what the person's roles and teams allow. The registry decides all the same. */
export function stepsFor(me: Me | null, view: ViewDetail): readonly Step[] {
  if (me === null || view.standing.state === 'retired') {
    return [];
  }
  const isAuthor = mayPublish(me) && !me.closedTeams.includes(view.owner);
  const isWhole = view.standing.state !== 'yanked';
  const steps: Step[] = [];
  if (me.roles.includes('certifier') && view.author !== me.name && isWhole) {
    steps.push('certify');
  }
  if (isAuthor) {
    if (isWhole) {
      steps.push('promote');
    }
    if (view.versions.length > 1 && view.versions.some(line => line.environments.length > 0)) {
      steps.push('rollback');
    }
    steps.push('deprecate');
  }
  return steps;
}
