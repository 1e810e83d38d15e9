import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import { NO_ANSWERS } from './answers';
import { RequestError } from './failure';
import {
  toFailure,
  toMe,
  toMovePlan,
  toNotebookStates,
  toReference,
  toRevision,
  toViewDetail,
  toViewList
} from './read_wire';
import type {
  Filters,
  IFeatureRegistry,
  Me,
  MovePlan,
  NotebookContent,
  NotebookStates,
  StepAnswers,
  StepRequest,
  ViewDetail,
  ViewList
} from './tokens';

const API = 'jupyter-features/api/v1';

/** Asks for features through the Jupyter server, which needs no kernel and alone holds credentials. */
export class RestFeatureRegistry implements IFeatureRegistry {
  constructor(private readonly settings: ServerConnection.ISettings = ServerConnection.makeSettings()) {}

  async list(path: string, filters: Filters): Promise<ViewList> {
    const { usage: _, ...asked } = filters;
    return narrow(toViewList(await this.send('views', { path, ...asked })), filters);
  }

  async detail(path: string, name: string, version: number | null): Promise<ViewDetail> {
    return toViewDetail(await this.send(viewAddress(name), { path, version: version ?? '' }));
  }

  async me(path: string): Promise<Me> {
    return toMe(await this.send('me', { path }));
  }

  async revision(path: string): Promise<number> {
    return toRevision(await this.send('revision', { path }));
  }

  async states(path: string, content: NotebookContent): Promise<NotebookStates> {
    return toNotebookStates(await this.send('notebook/states', {}, { path, content }));
  }

  async plan(path: string, request: StepRequest): Promise<MovePlan> {
    if (request.step === 'publish') {
      const { content, name, cell } = request;
      return toMovePlan(await this.send('notebook/plan', {}, { path, content, name, cell }));
    }
    const address = `${viewAddress(request.name)}/plan-${request.step}`;
    return toMovePlan(await this.send(address, { path }, stepBody(request, NO_ANSWERS)));
  }

  async take(path: string, request: StepRequest, answers: StepAnswers, follows: number | null): Promise<string> {
    if (request.step === 'publish') {
      const { content, name, cell } = request;
      const body = { path, content, name, cell, reason: answers.reason, acknowledge: answers.acknowledged, follows };
      return toReference(await this.send('notebook/publish', {}, body));
    }
    await this.send(`${viewAddress(request.name)}/${request.step}`, { path }, stepBody(request, answers));
    return '';
  }

  private async send(resource: string, params: Record<string, string | number>, body?: unknown): Promise<unknown> {
    // An empty parameter means the same as none; leaving it out keeps the server's log short.
    const given = Object.entries(params).filter(([, value]) => value !== '');
    const query = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
    const url = `${URLExt.join(this.settings.baseUrl, API, resource)}${given.length > 0 ? `?${query}` : ''}`;
    const request = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    let response: Response;
    try {
      response = await ServerConnection.makeRequest(url, request, this.settings);
    } catch {
      throw new RequestError({ status: 0, code: 'NETWORK', message: 'The Jupyter server does not answer.', hint: '' });
    }
    const answer: unknown = await response.json().catch(() => null);
    if (!response.ok) {
      throw new RequestError(toFailure(response.status, answer));
    }
    return answer;
  }
}

/** Keeps what was read lately, or was not; views whose reads nobody reports are neither. */
function narrow(list: ViewList, { usage }: Filters): ViewList {
  if (usage === '') {
    return list;
  }
  return { ...list, views: list.views.filter(view => view.reads !== null && view.reads > 0 === (usage === 'read')) };
}

function viewAddress(name: string): string {
  return `views/${encodeURIComponent(name)}`;
}

/** What the server wants of a step with a view: only the fields that it knows. */
function stepBody(request: Exclude<StepRequest, { step: 'publish' }>, answers: StepAnswers): unknown {
  switch (request.step) {
    case 'promote':
      return { to: request.environment, version: request.version, acknowledge: answers.acknowledged };
    case 'rollback':
      return { environment: request.environment };
    case 'certify':
      return { version: request.version, evidence: answers.reason, expires_at: instantOf(answers.expiresOn) };
    case 'deprecate':
      return { reason: answers.reason, replacement: answers.replacement };
  }
}

/** The beginning of a day in UTC; null for no day. */
function instantOf(day: string): string | null {
  return day === '' ? null : `${day}T00:00:00Z`;
}
