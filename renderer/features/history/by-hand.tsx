/** The way back without Bulwark: one command that root types on the host itself. */
import { CopyButton } from '../../ui/copy-button.tsx';

export function ByHand({ command, hostName }: { readonly command: string; readonly hostName: string }) {
  return (
    <div className="by-hand">
      <p className="small">
        <span className="strong">Without this computer:</span> typed on {hostName}, this takes back what
        Bulwark did there.
      </p>
      <p className="command">
        <code className="mono">{command}</code>
        <CopyButton text={command} label={`Copy the command for ${hostName}`} />
      </p>
    </div>
  );
}
