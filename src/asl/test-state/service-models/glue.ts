/**
 * Responses of glue, in the notation of service-model.ts. Written by scripts/write-service-models.mjs from the
 * service's public API model.
 * @module
 */
export const MODEL: string = `
BatchStopJobRun BatchStopJobRunResponse
GetCrawler GetCrawlerResponse
GetDatabase GetDatabaseResponse
GetJobRun GetJobRunResponse
GetJobRuns GetJobRunsResponse
GetPartitions GetPartitionsResponse
GetTable GetTableResponse
StartJobRun StartJobRunResponse
StartWorkflowRun StartWorkflowRunResponse

BatchStopJobRunResponse SuccessfulSubmissions:[BatchStopJobRunSuccessfulSubmission] Errors:[BatchStopJobRunError]
BatchStopJobRunSuccessfulSubmission JobName:s1-255 JobRunId:s1-255
BatchStopJobRunError JobName:s1-255 JobRunId:s1-255 ErrorDetail:ErrorDetail
ErrorDetail ErrorCode:s1-255 ErrorMessage:s0-2048
GetCrawlerResponse Crawler:Crawler
Crawler Name:s1-255 Role:s Targets:CrawlerTargets DatabaseName:s Description:s0-2048 Classifiers:[s1-255] RecrawlPolicy:RecrawlPolicy SchemaChangePolicy:SchemaChangePolicy LineageConfiguration:LineageConfiguration State:#CrawlerState TablePrefix:s0-128 Schedule:Schedule CrawlElapsedTime:n CreationTime:s LastUpdated:s LastCrawl:LastCrawlInfo Version:n Configuration:s CrawlerSecurityConfiguration:s0-128 LakeFormationConfiguration:LakeFormationConfiguration
CrawlerTargets S3Targets:[S3Target] JdbcTargets:[JdbcTarget] MongoDBTargets:[MongoDBTarget] DynamoDBTargets:[DynamoDBTarget] CatalogTargets:[CatalogTarget] DeltaTargets:[DeltaTarget] IcebergTargets:[IcebergTarget] HudiTargets:[HudiTarget]
S3Target Path:s Exclusions:[s] ConnectionName:s SampleSize:n EventQueueArn:s DlqEventQueueArn:s
JdbcTarget ConnectionName:s Path:s Exclusions:[s] EnableAdditionalMetadata:[#JdbcMetadataEntry]
MongoDBTarget ConnectionName:s Path:s ScanAll:b
DynamoDBTarget Path:s scanAll:b scanRate:n
CatalogTarget DatabaseName!:s1-255 Tables!:[s1-255] ConnectionName:s EventQueueArn:s DlqEventQueueArn:s
DeltaTarget DeltaTables:[s] ConnectionName:s WriteManifest:b CreateNativeDeltaTable:b
IcebergTarget Paths:[s] ConnectionName:s Exclusions:[s] MaximumTraversalDepth:n
HudiTarget Paths:[s] ConnectionName:s Exclusions:[s] MaximumTraversalDepth:n
RecrawlPolicy RecrawlBehavior:#RecrawlBehavior
SchemaChangePolicy UpdateBehavior:#UpdateBehavior DeleteBehavior:#DeleteBehavior
LineageConfiguration CrawlerLineageSettings:#CrawlerLineageSettings
Schedule ScheduleExpression:s State:#ScheduleState
LastCrawlInfo Status:#LastCrawlStatus ErrorMessage:s0-2048 LogGroup:s1-512 LogStream:s1-512 MessagePrefix:s1-255 StartTime:s
LakeFormationConfiguration UseLakeFormationCredentials:b AccountId:s0-12
GetDatabaseResponse Database:Database
Database Name!:s1-255 Description:s0-2048 LocationUri:s1-1024 Parameters:{s-512000} CreateTime:s CreateTableDefaultPermissions:[PrincipalPermissions] TargetDatabase:DatabaseIdentifier CatalogId:s1-255 FederatedDatabase:FederatedDatabase
PrincipalPermissions Principal:DataLakePrincipal Permissions:[#Permission]
DataLakePrincipal DataLakePrincipalIdentifier:s1-255
DatabaseIdentifier CatalogId:s1-255 DatabaseName:s1-255 Region:s1-255
FederatedDatabase Identifier:s1-512 ConnectionName:s1-255 ConnectionType:s1-255
GetJobRunResponse JobRun:JobRun
JobRun Id:s1-255 Attempt:n PreviousRunId:s1-255 TriggerName:s1-255 JobName:s1-255 JobMode:#JobMode JobRunQueuingEnabled:b StartedOn:s LastModifiedOn:s CompletedOn:s JobRunState:#JobRunState Arguments:{s} ErrorMessage:s PredecessorRuns:[Predecessor] AllocatedCapacity:n ExecutionTime:n Timeout:n1~ MaxCapacity:n WorkerType:#WorkerType NumberOfWorkers:n SecurityConfiguration:s1-255 LogGroupName:s NotificationProperty:NotificationProperty GlueVersion:s1-255 DPUSeconds:n ExecutionClass:#ExecutionClass MaintenanceWindow:s ProfileName:s1-255 StateDetail:s-400000 ExecutionRoleSessionPolicy:s2-2048
Predecessor JobName:s1-255 RunId:s1-255
NotificationProperty NotifyDelayAfter:n1~
GetJobRunsResponse JobRuns:[JobRun] NextToken:s
GetPartitionsResponse Partitions:[Partition] NextToken:s
Partition Values:[s1-1024] DatabaseName:s1-255 TableName:s1-255 CreationTime:s LastAccessTime:s StorageDescriptor:StorageDescriptor Parameters:{s-512000} LastAnalyzedTime:s CatalogId:s1-255
StorageDescriptor Columns:[Column] Location:s-2056 AdditionalLocations:[s-2056] InputFormat:s-128 OutputFormat:s-128 Compressed:b NumberOfBuckets:n SerdeInfo:SerDeInfo BucketColumns:[s1-255] SortColumns:[Order] Parameters:{s-512000} SkewedInfo:SkewedInfo StoredAsSubDirectories:b SchemaReference:SchemaReference
Column Name!:s1-255 Type:s0-131072 Comment:s0-255 Parameters:{s-512000}
SerDeInfo Name:s1-255 SerializationLibrary:s1-255 Parameters:{s-512000}
Order Column!:s1-255 SortOrder!:n0~1
SkewedInfo SkewedColumnNames:[s1-255] SkewedColumnValues:[s] SkewedColumnValueLocationMaps:{s}
SchemaReference SchemaId:SchemaId SchemaVersionId:s36-36 SchemaVersionNumber:n1~100000
SchemaId SchemaArn:s1-10240 SchemaName:s1-255 RegistryName:s1-255
GetTableResponse Table:Table
Table Name!:s1-255 DatabaseName:s1-255 Description:s0-2048 Owner:s1-255 CreateTime:s UpdateTime:s LastAccessTime:s LastAnalyzedTime:s Retention:n0~ StorageDescriptor:StorageDescriptor PartitionKeys:[Column] ViewOriginalText:s-409600 ViewExpandedText:s-409600 TableType:s-255 Parameters:{s-512000} CreatedBy:s1-255 IsRegisteredWithLakeFormation:b TargetTable:TableIdentifier CatalogId:s1-255 VersionId:s1-255 FederatedTable:FederatedTable ViewDefinition:ViewDefinition IsMultiDialectView:b Status:TableStatus
TableIdentifier CatalogId:s1-255 DatabaseName:s1-255 Name:s1-255 Region:s1-255
FederatedTable Identifier:s1-512 DatabaseIdentifier:s1-512 ConnectionName:s1-255 ConnectionType:s1-255
ViewDefinition IsProtected:b Definer:s20-2048 SubObjects:[s20-2048] Representations:[ViewRepresentation]
ViewRepresentation Dialect:#ViewDialect DialectVersion:s1-255 ViewOriginalText:s-409600 ViewExpandedText:s-409600 ValidationConnection:s1-255 IsStale:b
TableStatus RequestedBy:s1-255 UpdatedBy:s1-255 RequestTime:s UpdateTime:s Action:#ResourceAction State:#ResourceState Error:ErrorDetail Details:StatusDetails
StatusDetails RequestedChange:Table ViewValidations:[ViewValidation]
ViewValidation Dialect:#ViewDialect DialectVersion:s1-255 ViewValidationText:s-409600 UpdateTime:s State:#ResourceState Error:ErrorDetail
StartJobRunResponse JobRunId:s1-255
StartWorkflowRunResponse RunId:s1-255

#JdbcMetadataEntry COMMENTS|RAWTYPES
#RecrawlBehavior CRAWL_EVERYTHING|CRAWL_NEW_FOLDERS_ONLY|CRAWL_EVENT_MODE
#UpdateBehavior LOG|UPDATE_IN_DATABASE
#DeleteBehavior LOG|DELETE_FROM_DATABASE|DEPRECATE_IN_DATABASE
#CrawlerLineageSettings ENABLE|DISABLE
#CrawlerState READY|RUNNING|STOPPING
#ScheduleState SCHEDULED|NOT_SCHEDULED|TRANSITIONING
#LastCrawlStatus SUCCEEDED|CANCELLED|FAILED
#Permission ALL|SELECT|ALTER|DROP|DELETE|INSERT|CREATE_DATABASE|CREATE_TABLE|DATA_LOCATION_ACCESS
#JobMode SCRIPT|VISUAL|NOTEBOOK
#JobRunState STARTING|RUNNING|STOPPING|STOPPED|SUCCEEDED|FAILED|TIMEOUT|ERROR|WAITING|EXPIRED
#WorkerType Standard|G.1X|G.2X|G.025X|G.4X|G.8X|Z.2X
#ExecutionClass FLEX|STANDARD
#ViewDialect REDSHIFT|ATHENA|SPARK
#ResourceAction UPDATE|CREATE
#ResourceState QUEUED|IN_PROGRESS|SUCCESS|STOPPED|FAILED
`;
