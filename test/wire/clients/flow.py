"""Creates, runs, fails, redrives and reads the history of a state machine with boto3; prints what it saw as JSON."""

import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

client = boto3.client(
    "stepfunctions",
    endpoint_url=sys.argv[1],
    config=Config(retries={"total_max_attempts": 1}),
)
seen = {}


def finished(execution):
    for _ in range(500):
        answer = client.describe_execution(executionArn=execution)
        if answer["status"] != "RUNNING":
            return answer
    raise SystemExit("the execution does not end")


activity = client.create_activity(name="boto3-load")["activityArn"]
definition = {
    "StartAt": "Extract",
    "States": {
        "Extract": {"Type": "Pass", "Result": {"rows": 2}, "Next": "Load"},
        "Load": {"Type": "Task", "Resource": activity, "End": True},
    },
}
machine = client.create_state_machine(
    name="boto3-orders",
    definition=json.dumps(definition),
    roleArn="arn:aws:iam::000000000000:role/pipelines",
)["stateMachineArn"]
execution = client.start_execution(stateMachineArn=machine, input="{}")["executionArn"]

task = client.get_activity_task(activityArn=activity, workerName="boto3")
seen["input"] = json.loads(task["input"])
client.send_task_failure(taskToken=task["taskToken"], error="Load.Locked", cause="the table is locked")
failed = finished(execution)
seen["failed"] = [failed["status"], failed["error"], failed["cause"]]

client.redrive_execution(executionArn=execution)
task = client.get_activity_task(activityArn=activity)
client.send_task_success(taskToken=task["taskToken"], output=json.dumps({"loaded": 2}))
succeeded = finished(execution)
seen["succeeded"] = [succeeded["status"], json.loads(succeeded["output"]), succeeded["redriveCount"]]

pages = client.get_paginator("get_execution_history").paginate(
    executionArn=execution, PaginationConfig={"PageSize": 4}
)
seen["types"] = [event["type"] for page in pages for event in page["events"]]

try:
    client.describe_state_machine(stateMachineArn=machine + "-none")
except ClientError as error:
    seen["error"] = error.response["Error"]["Code"]
    seen["caught"] = isinstance(error, client.exceptions.StateMachineDoesNotExist)

client.delete_state_machine(stateMachineArn=machine)
print(json.dumps(seen))
