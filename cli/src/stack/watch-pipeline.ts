import type { Client } from '@deployment-engine/client';
import { isPipelineFinished, type PipelineView } from '@deployment-engine/contracts';
import type { Connection } from '../connection.ts';
import { annotateDiagnostic } from '../github/annotations.ts';
import { ownCommand } from '../messages/own-command.ts';
import { patiently } from '../patiently.ts';
import { Interrupts } from '../terminal/interrupts.ts';
import { createProgressView, type ProgressView } from '../terminal/progress-view.ts';
import { isInteractive } from '../terminal/prompt.ts';
import { decidePipeline } from './ask-approval.ts';
import { PipelineActivity, pipelineEventText } from './pipeline-lines.ts';
import { pipelineText } from './pipeline-text.ts';

export type WatchedPipeline = { pipeline: PipelineView; isShown: boolean };

/** Follows a pipeline to its end, or until it waits for an approval that nobody can be asked for here. */
export async function watchPipeline(
  { client, json }: Connection,
  pipelineId: string,
): Promise<WatchedPipeline> {
  const view = createProgressView();
  const progress: Progress = { pipelineId, activity: new PipelineActivity() };
  using interrupts = new Interrupts({
    view,
    what: `pipeline ${pipelineId}`,
    resume: ownCommand(`status ${pipelineId} --follow`),
    cancel: async () => void (await client.cancelPipeline({ params: { pipelineId } })),
  });
  view.line(new Date().toISOString(), `pipeline ${pipelineId}`);
  let isShown = false;
  for (;;) {
    const pipeline = await followPipeline(client, progress, view, interrupts.signal);
    if (pipeline.status !== 'awaiting_approval' || json || !isInteractive()) return { pipeline, isShown };
    console.log(pipelineText(pipeline));
    isShown = true;
    if (!(await decidePipeline(client, pipeline))) return { pipeline, isShown };
  }
}

type Progress = { pipelineId: string; lastEventId?: string | undefined; activity: PipelineActivity };

/** Shows events until the pipeline has ended or waits for approval. Throws the signal's reason. */
async function followPipeline(
  client: Client,
  progress: Progress,
  view: ProgressView,
  signal: AbortSignal,
): Promise<PipelineView> {
  const params = { pipelineId: progress.pipelineId };
  const read = () => patiently(() => client.pipeline({ params }, { signal }));
  const { lastEventId, activity } = progress;
  try {
    const events = client.pipelineEvents({ params }, { signal, lastEventId, retryFirst: true });
    for await (const { id, data } of events) {
      progress.lastEventId = id;
      activity.add(data);
      const text = pipelineEventText(data);
      if (text) view.line(data.at, text);
      view.activity(activity.text());
      if (data.type === 'diagnostic' && view.isShown) annotateDiagnostic(data.diagnostic, undefined);
      if (data.type !== 'pipeline_status') continue;
      if (isPipelineFinished(data.status)) break;
      if (data.status !== 'awaiting_approval') continue;
      const pipeline = await read();
      if (pipeline.status === 'awaiting_approval') return pipeline;
    }
    const pipeline = await read();
    if (isPipelineFinished(pipeline.status)) return pipeline;
    throw new Error(`following ${params.pipelineId}: its events have ended, but it is ${pipeline.status}`);
  } finally {
    view.end();
  }
}
