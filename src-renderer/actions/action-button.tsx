import type { ReactNode } from 'react';
import { useClient } from '../state/console-context.ts';
import { type ActionId, useWords } from '../words/index.ts';
import { Key } from './key.tsx';
import { actionOf } from './table.ts';
import { useActionState } from './use-action-state.ts';

interface ActionButtonProps {
  readonly id: ActionId;
  /** What the button shows; its name for screen readers and its tip are the action's name. Absent: that name. */
  readonly children?: ReactNode;
  readonly showsKey?: boolean;
  readonly className?: string;
}

/** A button that does what the action's key does, and says which key that is. */
export function ActionButton({ id, children, showsKey = false, className }: ActionButtonProps) {
  const client = useClient();
  const words = useWords();
  const action = actionOf(id);
  const { possible, on } = useActionState(action);
  const name = words.actions[id];
  return (
    <button
      type="button"
      className={className}
      aria-label={children === undefined ? undefined : name}
      aria-pressed={on ?? undefined}
      aria-keyshortcuts={action.key === ' ' ? 'Space' : (action.key ?? undefined)}
      title={name}
      disabled={!possible}
      data-action={id}
      onClick={() => action.run(client)}
    >
      {children ?? name}
      {showsKey && action.key !== null && <Key name={action.key} />}
    </button>
  );
}
