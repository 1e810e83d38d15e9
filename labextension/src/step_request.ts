import type { Step, StepRequest, ViewDetail } from './tokens';

/** The steps that begin with a published view; publishing begins with a cell. */
export type ViewStep = Exclude<Step, 'publish'>;

/** Environments that serve any version of a view. */
export function servingEnvironments(view: ViewDetail): readonly string[] {
  return [...new Set(view.versions.flatMap(line => line.environments))].sort();
}

/**
 * What a step with a view means at first. Promotion goes on to another environment, going back starts from one's own.
 *
 * @param own - the project's environment; empty while it is not known.
 */
export function requestFor(step: ViewStep, view: ViewDetail, own: string): StepRequest {
  const { name, version } = view;
  const serving = servingEnvironments(view);
  switch (step) {
    case 'promote': {
      const other = serving.find(environment => !view.environments.includes(environment));
      return { step, name, version, environment: other ?? 'prod' };
    }
    case 'rollback':
      return { step, name, environment: serving.includes(own) ? own : (serving[0] ?? '') };
    case 'certify':
      return { step, name, version };
    case 'deprecate':
      return { step, name };
  }
}

/** The view of a request, with its version if one is meant. */
export function referenceOf(request: StepRequest): string {
  return 'version' in request ? `${request.name}@${request.version}` : request.name;
}
