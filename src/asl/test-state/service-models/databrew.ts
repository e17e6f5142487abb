/**
 * Responses of databrew, in the notation of service-model.ts. Written by scripts/write-service-models.mjs from the
 * service's public API model.
 * @module
 */
export const MODEL: string = `
DescribeJobRun DescribeJobRunResponse
StartJobRun StartJobRunResponse

DescribeJobRunResponse Attempt:n CompletedOn:s DatasetName:s1-255 ErrorMessage:s ExecutionTime:n JobName!:s1-240 ProfileConfiguration:ProfileConfiguration ValidationConfigurations:[ValidationConfiguration] RunId:s1-255 State:#JobRunState LogSubscription:#LogSubscription LogGroupName:s1-512 Outputs:[Output] DataCatalogOutputs:[DataCatalogOutput] DatabaseOutputs:[DatabaseOutput] RecipeReference:RecipeReference StartedBy:s StartedOn:s JobSample:JobSample
ProfileConfiguration DatasetStatisticsConfiguration:StatisticsConfiguration ProfileColumns:[ColumnSelector] ColumnStatisticsConfigurations:[ColumnStatisticsConfiguration] EntityDetectorConfiguration:EntityDetectorConfiguration
StatisticsConfiguration IncludedStatistics:[s1-128] Overrides:[StatisticOverride]
StatisticOverride Statistic!:s1-128 Parameters!:{s1-32768}
ColumnSelector Regex:s1-255 Name:s1-255
ColumnStatisticsConfiguration Selectors:[ColumnSelector] Statistics!:StatisticsConfiguration
EntityDetectorConfiguration EntityTypes!:[s1-128] AllowedStatistics:[AllowedStatistics]
AllowedStatistics Statistics!:[s1-128]
ValidationConfiguration RulesetArn!:s20-2048 ValidationMode:#ValidationMode
Output CompressionFormat:#CompressionFormat Format:#OutputFormat PartitionColumns:[s1-255] Location!:S3Location Overwrite:b FormatOptions:OutputFormatOptions MaxOutputFiles:n1~999
S3Location Bucket!:s3-63 Key:s1-1280 BucketOwner:s12-12
OutputFormatOptions Csv:CsvOutputOptions
CsvOutputOptions Delimiter:s1-1
DataCatalogOutput CatalogId:s1-255 DatabaseName!:s1-255 TableName!:s1-255 S3Options:S3TableOutputOptions DatabaseOptions:DatabaseTableOutputOptions Overwrite:b
S3TableOutputOptions Location!:S3Location
DatabaseTableOutputOptions TempDirectory:S3Location TableName!:s1-255
DatabaseOutput GlueConnectionName!:s1-255 DatabaseOptions!:DatabaseTableOutputOptions DatabaseOutputMode:#DatabaseOutputMode
RecipeReference Name!:s1-255 RecipeVersion:s1-16
JobSample Mode:#SampleMode Size:n
StartJobRunResponse RunId!:s1-255

#ValidationMode CHECK_ALL
#JobRunState STARTING|RUNNING|STOPPING|STOPPED|SUCCEEDED|FAILED|TIMEOUT
#LogSubscription ENABLE|DISABLE
#CompressionFormat GZIP|LZ4|SNAPPY|BZIP2|DEFLATE|LZO|BROTLI|ZSTD|ZLIB
#OutputFormat CSV|JSON|PARQUET|GLUEPARQUET|AVRO|ORC|XML|TABLEAUHYPER
#DatabaseOutputMode NEW_TABLE
#SampleMode FULL_DATASET|CUSTOM_ROWS
`;
