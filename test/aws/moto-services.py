"""Moto's server with what its own Glue cannot do: runs that fail or time out as their arguments say, and BatchStopJobRun;
and times of CodeBuild as AWS writes them.

Started with the flags of moto_server. Names of moto that are private are used: the version is pinned in .ci/run.
"""

import json
import sys
import time

from moto.codebuild import models as codebuild
from moto.glue import models as glue
from moto.glue.responses import GlueResponse

init, as_dict = glue.FakeJobRun.__init__, glue.FakeJobRun.as_dict


def new_init(self, *args, **named):
    init(self, *args, **named)
    outcome = (self.arguments or {}).get("--outcome")
    if outcome:
        self._transitions = [("STARTING", "RUNNING"), ("RUNNING", outcome)]


def new_dict(self):
    run = as_dict(self)
    arguments = self.arguments or {}
    run["DPUSeconds"] = run["ExecutionTime"] * 2.0
    if run["JobRunState"] in ("FAILED", "TIMEOUT") and arguments.get("--error"):
        run["ErrorMessage"] = arguments["--error"]
    return run


def batch_stop_job_run(self):
    asked = json.loads(self.body)
    for run_id in asked["JobRunIds"]:
        run = self.glue_backend.get_job_run(asked["JobName"], run_id)
        run._transitions = []
        run._status = "STOPPED"
    stopped = [{"JobName": asked["JobName"], "JobRunId": run_id} for run_id in asked["JobRunIds"]]
    return json.dumps({"SuccessfulSubmissions": stopped, "Errors": []})


# AWS writes seconds since the epoch, moto a text.
codebuild.iso_8601_datetime_with_milliseconds = lambda *_: time.time()
glue.FakeJobRun.__init__ = new_init
glue.FakeJobRun.as_dict = new_dict
GlueResponse.batch_stop_job_run = batch_stop_job_run

from moto.server import main  # noqa: E402

main(sys.argv[1:])
