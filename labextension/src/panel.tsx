import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import * as React from 'react';
import { Sidebar } from './components/sidebar';
import { dragCell, type Press } from './drag_cell';
import { featuresIcon } from './icon';
import type { SidebarModel } from './model';

/** The sidebar as JupyterLab knows it: it renders, and tells the model whether anybody can see it. */
export class SidebarPanel extends ReactWidget {
  constructor(
    private readonly model: SidebarModel,
    private readonly trans: TranslationBundle
  ) {
    super();
    this.id = 'jupyter-features';
    this.addClass('jf-Panel');
    this.title.icon = featuresIcon;
    this.title.caption = trans.__('Features');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', trans.__('Features'));
  }

  protected override render(): React.JSX.Element {
    return (
      <UseSignal signal={this.model.changed}>
        {() => <Sidebar model={this.model} trans={this.trans} onDrag={this.drag} />}
      </UseSignal>
    );
  }

  private readonly drag = (press: Press, name: string, version: number | null): void =>
    dragCell(press, name, () => this.model.snippet(name, version));

  protected override onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    const first = this.node.querySelector<HTMLElement>('[data-jf-first]') ?? this.node.querySelector('button');
    first?.focus();
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.model.setVisible(true);
  }

  protected override onAfterHide(message: Message): void {
    super.onAfterHide(message);
    this.model.setVisible(false);
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this.model.setVisible(this.isVisible);
  }

  protected override onBeforeDetach(message: Message): void {
    this.model.setVisible(false);
    super.onBeforeDetach(message);
  }
}
