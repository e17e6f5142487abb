/**
 * What tasks are kept from: which user their processes run as, and the folder of which they are given no files.
 * @module
 */

/** A user of this machine, as processes are started under it. */
export interface TaskUser {
  name: string;
  uid: number;
  gid: number;
  /** Its home folder; need not exist. */
  home: string;
}

export interface Confinement {
  /** Processes of tasks run as this user. Defaults to the server's own user. */
  user?: TaskUser | undefined;
  /**
   * The server's data folder, absolute. Where it lies in a folder that a task may read files of, none of its files may be
   * named but those of the work folder. Defaults to none.
   */
  dataFolder?: string | undefined;
}
