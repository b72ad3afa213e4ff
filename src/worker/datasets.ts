/** Tables and choices of their columns as datasets: in memory, or as files of rows, of which the latest is kept for the next run. */
import type { Table } from '../engine/csv';
import { prepareDataset, type Prepared } from '../engine/dataset';
import type { GradientJob } from '../engine/job';
import type { Storage, StorageFile } from '../engine/storage';
import { StorageFault } from '../engine/storage';
import { prepareStored } from '../engine/storedDataset';
import type { DataChoice } from '../protocol/training';

export interface Lent {
  readonly prepared: Prepared;
  /** The dataset is not used any more. */
  readonly giveBack: () => void;
}

export interface Datasets {
  /** `work` runs a generator to its end; what it throws is passed on, faults of the disk aside, which are problems. */
  prepare(
    job: GradientJob,
    table: Table,
    choice: DataChoice,
    work: (preparing: Generator<void, Prepared>) => Promise<Prepared>,
    progress?: (share: number) => void,
  ): Promise<Lent>;
}

interface Made {
  readonly table: Table;
  readonly key: string;
  readonly prepared: Prepared;
  readonly file: StorageFile | null;
  users: number;
}

/** `storageOf` gives the files of a table, by its path; `damaged` is told of a copy that is no good any more. */
export function createDatasets(
  storageOf: (path: string) => Storage | null,
  damaged: (path: string) => void,
): Datasets {
  let latest: Made | null = null;
  const lend = (made: Made): Lent => {
    made.users += 1;
    return {
      prepared: made.prepared,
      giveBack: () => {
        made.users -= 1;
        if (made.users === 0 && made !== latest) made.file?.discard();
      },
    };
  };

  return {
    async prepare(job, table, choice, work, progress) {
      const { stored } = table;
      const storage = stored ? storageOf(choice.path) : null;
      if (!stored || !storage)
        return { prepared: prepareDataset(job, table, choice), giveBack: () => undefined };
      const key = JSON.stringify([job.name, job.inputs, job.rows, choice]);
      if (latest?.table === table && latest.key === key) return lend(latest);
      if (latest?.users === 0) latest.file?.discard();
      latest = null;
      let file: StorageFile | null = null;
      const own: Storage = {
        ...storage,
        create: () => (file = storage.create()),
      };
      try {
        const prepared = await work(
          prepareStored({ job, table, stored, choice, storage: own, ...(progress ? { progress } : {}) }),
        );
        latest = { table, key, prepared, file, users: 0 };
        return lend(latest);
      } catch (error) {
        if (!(error instanceof StorageFault)) throw error;
        if (error.problem.id === 'copy-damaged') damaged(choice.path);
        return { prepared: { ok: false, problems: [error.problem] }, giveBack: () => undefined };
      }
    },
  };
}
