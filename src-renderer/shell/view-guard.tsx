import { Component, type ReactNode } from 'react';
import { useWords } from '../words/index.ts';

/** A view that fails takes only itself down: the picture and the state corner stay. */
export class ViewGuard extends Component<{ readonly children: ReactNode }, { readonly failure: string | null }> {
  override state = { failure: null };

  static getDerivedStateFromError(error: unknown): { readonly failure: string } {
    return { failure: error instanceof Error ? error.message : String(error) };
  }

  override render(): ReactNode {
    return this.state.failure === null ? this.props.children : <Failed message={this.state.failure} />;
  }
}

function Failed({ message }: { readonly message: string }) {
  const { shell } = useWords();
  return (
    <p className="view-loading" role="alert">
      {shell.viewFailed} {message}
    </p>
  );
}
