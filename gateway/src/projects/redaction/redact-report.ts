import type { PolicyReport } from '@deployment-engine/contracts';
import type { Redactor } from './redactor.ts';

type Finding = PolicyReport['findings'][number];

/**
 * Returns a policy report without secrets. Only texts are redacted: verdicts and modes decide about the job, so a
 * secret with the value "block" must not change them.
 */
export function redactReport(report: PolicyReport, redactor: Redactor): PolicyReport {
  return {
    ...report,
    findings: report.findings.map((finding) => redactFinding(finding, redactor)),
    allowed: report.allowed.map((finding) => redactFinding(finding, redactor)),
  };
}

function redactFinding<F extends Finding>(finding: F, redactor: Redactor): F {
  const redacted = (text: string | null) => text && redactor.redactText(text);
  return {
    ...finding,
    address: redacted(finding.address),
    file: redacted(finding.file),
    subject: redacted(finding.subject),
    message: redactor.redactText(finding.message),
    howToAllow: redactor.redactText(finding.howToAllow),
  };
}
