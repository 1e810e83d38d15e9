import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { Notice } from '../notice_model';
import { noticeText } from './words';

interface NoticeBarProps {
  readonly notice: Notice | null;
  readonly trans: TranslationBundle;
}

/** What came of the last thing a person did; it is announced elsewhere. */
export function NoticeBar({ notice, trans }: NoticeBarProps): React.JSX.Element | null {
  if (notice === null) {
    return null;
  }
  const isDone = notice.kind === 'taken' || notice.kind === 'inserted';
  return <p className={`jf-Standing jf-Notice jf-mod-${isDone ? 'ok' : 'failed'}`}>{noticeText(notice, trans)}</p>;
}
