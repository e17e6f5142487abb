/**
 * Responses of ec2, in the notation of service-model.ts. Written by scripts/write-service-models.mjs from the
 * service's public API model.
 * @module
 */
export const MODEL: string = `
CreateSnapshot Snapshot
DescribeInstanceStatus DescribeInstanceStatusResult
StartInstances StartInstancesResult
StopInstances StopInstancesResult
TerminateInstances TerminateInstancesResult

Snapshot OwnerAlias:s OutpostArn:s Tags:[Tag] StorageTier:#StorageTier RestoreExpiryTime:s SseType:#SSEType AvailabilityZone:s TransferType:#TransferType CompletionDurationMinutes:n CompletionTime:s FullSnapshotSizeInBytes:n SnapshotId:s VolumeId:s State:#SnapshotState StateMessage:s StartTime:s Progress:s OwnerId:s Description:s VolumeSize:n Encrypted:b KmsKeyId:s DataEncryptionKeyId:s
Tag Key:s Value:s
DescribeInstanceStatusResult InstanceStatuses:[InstanceStatus] NextToken:s
InstanceStatus AvailabilityZone:s AvailabilityZoneId:s OutpostArn:s Operator:OperatorResponse Events:[InstanceStatusEvent] InstanceId:s InstanceState:InstanceState InstanceStatus:InstanceStatusSummary SystemStatus:InstanceStatusSummary AttachedEbsStatus:EbsStatusSummary
OperatorResponse Managed:b Principal:s
InstanceStatusEvent InstanceEventId:s Code:#EventCode Description:s NotAfter:s NotBefore:s NotBeforeDeadline:s
InstanceState Code:n Name:#InstanceStateName
InstanceStatusSummary Details:[InstanceStatusDetails] Status:#SummaryStatus
InstanceStatusDetails ImpairedSince:s Name:#StatusName Status:#StatusType
EbsStatusSummary Details:[EbsStatusDetails] Status:#SummaryStatus
EbsStatusDetails ImpairedSince:s Name:#StatusName Status:#StatusType
StartInstancesResult StartingInstances:[InstanceStateChange]
InstanceStateChange InstanceId:s CurrentState:InstanceState PreviousState:InstanceState
StopInstancesResult StoppingInstances:[InstanceStateChange]
TerminateInstancesResult TerminatingInstances:[InstanceStateChange]

#StorageTier archive|standard
#SSEType sse-ebs|sse-kms|none
#TransferType time-based|standard
#SnapshotState pending|completed|error|recoverable|recovering
#EventCode instance-reboot|system-reboot|system-maintenance|instance-retirement|instance-stop
#InstanceStateName pending|running|shutting-down|terminated|stopping|stopped
#StatusName reachability
#StatusType passed|failed|insufficient-data|initializing
#SummaryStatus ok|impaired|insufficient-data|not-applicable|initializing
`;
