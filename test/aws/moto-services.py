"""Moto's server with what its own services cannot do: runs of Glue that fail or time out as their arguments say, BatchStopJobRun,
jobs of Batch that fail where their variable OUTCOME says so, queries of Athena looked at together, crawls that end when their crawler is looked at, times of CodeBuild as AWS writes them.

Started with the flags of moto_server. Names of moto that are private are used: the version is pinned in .ci/run.
"""

import json
import sys
import time

from moto.athena.responses import AthenaResponse
from moto.batch_simple.models import BatchSimpleBackend
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

def batch_get_query_execution(self):
    ids = json.loads(self.body)["QueryExecutionIds"]
    found = []
    for query_id in ids:
        self._get_param = lambda *_, query_id=query_id: query_id
        found.append(json.loads(self.get_query_execution())["QueryExecution"])
    return json.dumps({"QueryExecutions": found, "UnprocessedQueryExecutionIds": []})


AthenaResponse.batch_get_query_execution = batch_get_query_execution

crawler_as_dict = glue.FakeCrawler.as_dict


def new_crawler_dict(self):
    told = crawler_as_dict(self)
    if self.crawls:
        self.crawls[-1].advance()
    return told


# A crawl goes on when its crawler is looked at, too.
glue.FakeCrawler.as_dict = new_crawler_dict

finish = BatchSimpleBackend._mark_job_as_finished


def new_finish(self, include_start_attempt, job):
    variables = (job.container_overrides or {}).get("environment") or []
    if {"name": "OUTCOME", "value": "FAILED"} in variables:
        job._mark_stopped = lambda success=True: type(job)._mark_stopped(job, success=False)
    return finish(self, include_start_attempt, job)


BatchSimpleBackend._mark_job_as_finished = new_finish

from moto.server import main  # noqa: E402

main(sys.argv[1:])
