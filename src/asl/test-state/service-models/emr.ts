/**
 * Responses of emr, in the notation of service-model.ts. Written by scripts/write-service-models.mjs from the
 * service's public API model.
 * @module
 */
export const MODEL: string = `
AddJobFlowSteps AddJobFlowStepsOutput
CancelSteps CancelStepsOutput
DescribeCluster DescribeClusterOutput
DescribeStep DescribeStepOutput
ListClusters ListClustersOutput
ListSteps ListStepsOutput
RunJobFlow RunJobFlowOutput

AddJobFlowStepsOutput StepIds:[s0-256]
CancelStepsOutput CancelStepsInfoList:[CancelStepsInfo]
CancelStepsInfo StepId:s Status:#CancelStepsRequestStatus Reason:s
DescribeClusterOutput Cluster:Cluster
Cluster Id:s Name:s Status:ClusterStatus Ec2InstanceAttributes:Ec2InstanceAttributes InstanceCollectionType:#InstanceCollectionType LogUri:s LogEncryptionKmsKeyId:s RequestedAmiVersion:s RunningAmiVersion:s ReleaseLabel:s AutoTerminate:b TerminationProtected:b UnhealthyNodeReplacement:b VisibleToAllUsers:b Applications:[Application] Tags:[Tag] ServiceRole:s NormalizedInstanceHours:n MasterPublicDnsName:s Configurations:[Configuration] SecurityConfiguration:s0-10280 AutoScalingRole:s0-10280 ScaleDownBehavior:#ScaleDownBehavior CustomAmiId:s0-256 EbsRootVolumeSize:n RepoUpgradeOnBoot:#RepoUpgradeOnBoot KerberosAttributes:KerberosAttributes ClusterArn:s20-2048 OutpostArn:s0-2048 StepConcurrencyLevel:n PlacementGroups:[PlacementGroupConfig] OSReleaseLabel:s EbsRootVolumeIops:n EbsRootVolumeThroughput:n ExtendedSupport:b MonitoringConfiguration:MonitoringConfiguration
ClusterStatus State:#ClusterState StateChangeReason:ClusterStateChangeReason Timeline:ClusterTimeline ErrorDetails:[ErrorDetail]
ClusterStateChangeReason Code:#ClusterStateChangeReasonCode Message:s
ClusterTimeline CreationDateTime:s ReadyDateTime:s EndDateTime:s
ErrorDetail ErrorCode:s ErrorData:[{s}] ErrorMessage:s
Ec2InstanceAttributes Ec2KeyName:s Ec2SubnetId:s RequestedEc2SubnetIds:[s0-256] Ec2AvailabilityZone:s RequestedEc2AvailabilityZones:[s0-256] IamInstanceProfile:s EmrManagedMasterSecurityGroup:s EmrManagedSlaveSecurityGroup:s ServiceAccessSecurityGroup:s AdditionalMasterSecurityGroups:[s] AdditionalSlaveSecurityGroups:[s]
Application Name:s Version:s Args:[s] AdditionalInfo:{s}
Tag Key:s Value:s
Configuration Classification:s Configurations:[Configuration] Properties:{s}
KerberosAttributes Realm!:s0-256 KdcAdminPassword!:s0-256 CrossRealmTrustPrincipalPassword:s0-256 ADDomainJoinUser:s0-256 ADDomainJoinPassword:s0-256
PlacementGroupConfig InstanceRole!:#InstanceRoleType PlacementStrategy:#PlacementGroupStrategy
MonitoringConfiguration CloudWatchLogConfiguration:CloudWatchLogConfiguration
CloudWatchLogConfiguration Enabled!:b LogGroupName:s0-10280 LogStreamNamePrefix:s0-10280 EncryptionKeyArn:s0-10280 LogTypes:{[s0-10280]}
DescribeStepOutput Step:Step
Step Id:s Name:s Config:HadoopStepConfig ActionOnFailure:#ActionOnFailure Status:StepStatus ExecutionRoleArn:s0-2048
HadoopStepConfig Jar:s Properties:{s} MainClass:s Args:[s]
StepStatus State:#StepState StateChangeReason:StepStateChangeReason FailureDetails:FailureDetails Timeline:StepTimeline
StepStateChangeReason Code:#StepStateChangeReasonCode Message:s
FailureDetails Reason:s Message:s LogFile:s
StepTimeline CreationDateTime:s StartDateTime:s EndDateTime:s
ListClustersOutput Clusters:[ClusterSummary] Marker:s
ClusterSummary Id:s Name:s Status:ClusterStatus NormalizedInstanceHours:n ClusterArn:s20-2048 OutpostArn:s0-2048
ListStepsOutput Steps:[StepSummary] Marker:s
StepSummary Id:s Name:s Config:HadoopStepConfig ActionOnFailure:#ActionOnFailure Status:StepStatus
RunJobFlowOutput JobFlowId:s0-256 ClusterArn:s20-2048

#CancelStepsRequestStatus SUBMITTED|FAILED
#ClusterState STARTING|BOOTSTRAPPING|RUNNING|WAITING|TERMINATING|TERMINATED|TERMINATED_WITH_ERRORS
#ClusterStateChangeReasonCode INTERNAL_ERROR|VALIDATION_ERROR|INSTANCE_FAILURE|INSTANCE_FLEET_TIMEOUT|BOOTSTRAP_FAILURE|USER_REQUEST|STEP_FAILURE|ALL_STEPS_COMPLETED
#InstanceCollectionType INSTANCE_FLEET|INSTANCE_GROUP
#ScaleDownBehavior TERMINATE_AT_INSTANCE_HOUR|TERMINATE_AT_TASK_COMPLETION
#RepoUpgradeOnBoot SECURITY|NONE
#InstanceRoleType MASTER|CORE|TASK
#PlacementGroupStrategy SPREAD|PARTITION|CLUSTER|NONE
#ActionOnFailure TERMINATE_JOB_FLOW|TERMINATE_CLUSTER|CANCEL_AND_WAIT|CONTINUE
#StepState PENDING|CANCEL_PENDING|RUNNING|COMPLETED|CANCELLED|FAILED|INTERRUPTED
#StepStateChangeReasonCode NONE
`;
