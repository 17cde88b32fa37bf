/** What was exported: pages, signer, files, and the commands with which a stranger verifies it. */
import type { AppState } from '../../../shared/contract/state.ts';
import { useCall, useClient } from '../../bridge/context.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { ErrorPanel } from '../../ui/error-panel.tsx';
import { Glyph } from '../../ui/marks.tsx';
import { Panel } from '../../ui/page.tsx';
import { Button } from '../../ui/patternfly.ts';
import { dayAndTime, fileSize } from '../../ui/time.ts';

type ReportFiles = NonNullable<AppState['report']>;

function Pages({ report }: { readonly report: ReportFiles }) {
  if (report.withoutPdf !== undefined) {
    return (
      <div className="no-pages">
        <p className="strong">There is no PDF</p>
        <p>{report.withoutPdf}</p>
        <p>The JSON report and its signature are complete without it.</p>
      </div>
    );
  }
  if (report.pages.length === 0) return <p className="muted">The pages could not be drawn here.</p>;
  return (
    <ul className="pages" aria-label="Pages">
      {report.pages.map((page, index) => (
        <li key={`page-${index + 1}`}>
          <img src={page} alt={`Page ${index + 1} of the report`} />
        </li>
      ))}
    </ul>
  );
}

export function Exported({ report }: { readonly report: ReportFiles }) {
  const client = useClient();
  const show = useCall(client.report.showFolder);
  return (
    <div className="report-columns">
      <Panel
        id="files"
        title="Files"
        aside={
          <Button
            variant="secondary"
            size="sm"
            icon={<Glyph name="folder" size={14} />}
            onClick={() => void show.run({})}
          >
            Show in folder
          </Button>
        }
      >
        {show.error !== undefined && <ErrorPanel error={show.error} onDismiss={show.dismiss} />}
        <ul className="files" aria-label="Files">
          {report.files.map((file) => (
            <li key={file.name}>
              <span className="strong">{file.name}</span>
              <span className="figures muted">{fileSize(file.bytes)}</span>
              <span className="mono small muted file-digest" title={file.sha256}>
                {file.sha256.slice(0, 16)}…
              </span>
              <CopyButton text={file.sha256} label={`Copy the digest of ${file.name}`} />
            </li>
          ))}
        </ul>
        <dl className="facts">
          <div>
            <dt>Signed by</dt>
            <dd>{report.signer}</dd>
          </div>
          <div>
            <dt>Certificate</dt>
            <dd className="mono breakable">{report.signerFingerprint}</dd>
          </div>
          <div>
            <dt>Report digest</dt>
            <dd className="mono breakable" data-testid="report-digest">
              {report.digest}
            </dd>
          </div>
          <div>
            <dt>Exported</dt>
            <dd>{dayAndTime(report.createdAt)}</dd>
          </div>
          <div>
            <dt>Folder</dt>
            <dd className="mono breakable">{report.folder}</dd>
          </div>
        </dl>
        <h3 className="drawer-heading">How a stranger verifies it</h3>
        <ol className="commands" aria-label="Commands that verify it">
          {report.commands.map((command) => (
            <li key={command}>
              <code className="mono">{command}</code>
              <CopyButton text={command} label="Copy the command" />
            </li>
          ))}
        </ol>
      </Panel>
      <Panel id="pages" title="Pages" className="pages-panel">
        <Pages report={report} />
      </Panel>
    </div>
  );
}
