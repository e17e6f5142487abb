import { describe, expect, it } from 'vitest';
import { JobService, LAKE } from '../../test/support/job-service.js';
import { AwsTasksError, performers, untold } from './aws-tasks.js';

const remoteTasks = { tasks: new JobService(), accounts: [LAKE] };

describe('who performs tasks of AWS resources', () => {
  it('is AWS where there are accounts, and bindings elsewhere', () => {
    expect(performers({ remoteTasks })).toEqual({
      remoteTasks: remoteTasks.tasks,
      remote: remoteTasks,
    });
    expect(performers({ remoteTasks, aws: 'real' })).toHaveProperty('remote');
    expect(performers({})).toEqual({});
    expect(performers({ aws: 'local' })).toEqual({});
  });

  it('is no longer AWS on a local server, which goes on looking at what was begun', () => {
    expect(performers({ remoteTasks, aws: 'local' })).toEqual({ remoteTasks: remoteTasks.tasks });
  });

  it('cannot be AWS without accounts', () => {
    expect(() => performers({ aws: 'real' })).toThrow(AwsTasksError);
  });

  it('decides whether a task without a binding is a problem', () => {
    expect([...untold({ remoteTasks })]).toEqual(['MILL1205']);
    expect([...untold({ remoteTasks, aws: 'local' })]).toEqual([]);
    expect([...untold({})]).toEqual([]);
  });
});
