/**
 * Curves on their way to a page. A state that the page is shown has none: they may be millions of epochs long, and as one
 * message they would stop this thread and the page. They follow in pieces, from where the page has them.
 */
import type { Curve, TrainProgress, TrainResult } from '../protocol/training';
import type { PanelState, TrainingState } from '../protocol/panel';

export interface CurveFeed {
  /** The state without the curves, which follow. */
  shown(state: PanelState): PanelState;
  /** Passes on what a run tells, if the page has what came before it; else that follows first. */
  progress(progress: TrainProgress): void;
  /** The page is new and has nothing. */
  restart(): void;
  dispose(): void;
}

/** Epochs of a piece. */
const PIECE = 4_000;
const CURVES: readonly Curve[] = ['derived', 'hand'];

export function createCurveFeed(send: (progress: TrainProgress) => void): CurveFeed {
  let latest: TrainingState | null = null;
  let runId = '';
  let has: Record<Curve, number> = { derived: 0, hand: 0 };
  let timer: NodeJS.Immediate | undefined;

  const courseOf = (curve: Curve) => (curve === 'derived' ? latest : (latest?.hand ?? null));

  const follow = (): void => {
    timer = undefined;
    if (latest === null) return;
    for (const curve of CURVES) {
      const course = courseOf(curve);
      const from = has[curve];
      if (course === null || from >= course.losses.length) continue;
      const losses = course.losses.slice(from, from + PIECE);
      has[curve] = from + losses.length;
      send({
        runId,
        ...(curve === 'derived' ? {} : { curve }),
        epoch: has[curve],
        epochs: latest.options.epochs,
        losses,
        gradientNorms: course.gradientNorms.slice(from, from + PIECE),
        ...(curve === 'derived'
          ? { validationLosses: (latest.validationLosses ?? []).slice(from, from + PIECE) }
          : {}),
        firstEpoch: from,
      });
      timer = setImmediate(follow);
      return;
    }
  };

  return {
    shown(state) {
      latest = state.training;
      if (latest === null) return state;
      if (latest.runId !== runId) {
        runId = latest.runId;
        has = { derived: 0, hand: 0 };
      }
      timer ??= setImmediate(follow);
      return { ...state, training: withoutCurves(latest) };
    },
    progress(progress) {
      if (progress.runId !== runId || timer !== undefined) return;
      const curve = progress.curve ?? 'derived';
      if (progress.firstEpoch > has[curve]) {
        timer = setImmediate(follow);
        return;
      }
      has[curve] = progress.firstEpoch + progress.losses.length;
      send(progress);
    },
    restart() {
      runId = '';
    },
    dispose() {
      latest = null;
      clearImmediate(timer);
    },
  };
}

function withoutCurves(training: TrainingState): TrainingState {
  const { hand, result, earlier } = training;
  return {
    ...training,
    losses: [],
    gradientNorms: [],
    validationLosses: [],
    ...(hand ? { hand: { losses: [], gradientNorms: [] } } : {}),
    result: result && ending(result),
    ...(earlier ? { earlier: ending(earlier) } : {}),
  };
}

/** Of the curves of a result only their last values are told. */
function ending({ hand, validationLosses = [], ...result }: TrainResult): TrainResult {
  const last = (values: readonly number[]) => values.slice(-1);
  return {
    ...result,
    losses: last(result.losses),
    gradientNorms: last(result.gradientNorms),
    validationLosses: last(validationLosses),
    ...(hand
      ? { hand: { ...hand, losses: last(hand.losses), gradientNorms: last(hand.gradientNorms) } }
      : {}),
  };
}
