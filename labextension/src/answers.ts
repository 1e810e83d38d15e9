import type { MovePlan, StepAnswers } from './tokens';

export const NO_ANSWERS: StepAnswers = { reason: '', replacement: '', expiresOn: '', acknowledged: [] };

/** Keeps of what was said what a newer plan still asks. */
export function stillValid(answers: StepAnswers, plan: MovePlan): StepAnswers {
  return { ...answers, acknowledged: answers.acknowledged.filter(name => plan.acknowledge.includes(name)) };
}
