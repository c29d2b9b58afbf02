package fault

// The conditions of reading and writing files and tables.
var (
	InvalidSaveMode         = Condition{"INVALID_SAVE_MODE", "42000"}
	SortWithoutBucketing    = Condition{"SORT_BY_WITHOUT_BUCKETING", "42601"}
	BucketByUnsupported     = Condition{"_LEGACY_ERROR_TEMP_1312", "0A000"}
	BucketSortUnsupported   = Condition{"_LEGACY_ERROR_TEMP_1313", "0A000"}
	AllPartitionColumns     = Condition{"ALL_PARTITION_COLUMNS_NOT_ALLOWED", "KD005"}
	PartitionColumnMissing  = Condition{"_LEGACY_ERROR_TEMP_1155", "42703"}
	PartitionColumnType     = Condition{"INVALID_PARTITION_COLUMN_DATA_TYPE", "0A000"}
	ColumnExists            = Condition{"COLUMN_ALREADY_EXISTS", "42711"}
	EmptySchema             = Condition{"EMPTY_SCHEMA_NOT_SUPPORTED_FOR_DATASOURCE", "0A000"}
	TypeOfSource            = Condition{"UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE", "0A000"}
	CodecNotAvailable       = Condition{"CODEC_NOT_AVAILABLE.WITH_AVAILABLE_CODECS_SUGGESTION", "56038"}
	PathMissing             = Condition{"_LEGACY_ERROR_TEMP_2047", "22023"}
	PathTwice               = Condition{"_LEGACY_ERROR_TEMP_1307", "22023"}
	ClusterByWithPartitions = Condition{"SPECIFY_CLUSTER_BY_WITH_PARTITIONED_BY_IS_NOT_ALLOWED", "42908"}
	PartitionByWithInsert   = Condition{"PARTITION_BY_NOT_ALLOWED_WITH_INSERT_INTO", "42601"}
	CannotSafelyCast        = Condition{"INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_SAFELY_CAST", "KD000"}
	PartitionsNotFound      = Condition{"PARTITIONS_NOT_FOUND", "428FT"}
	RecursiveView           = Condition{"RECURSIVE_VIEW", "42K0H"}
	TableNotView            = Condition{"EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE", "42809"}
	TableNotViewUse         = Condition{"EXPECT_TABLE_NOT_VIEW.USE_ALTER_VIEW", "42809"}
	ExtraColumns            = Condition{"INCOMPATIBLE_DATA_FOR_TABLE.EXTRA_COLUMNS", "KD000"}
	TableOperation          = Condition{"UNSUPPORTED_FEATURE.TABLE_OPERATION", "0A000"}
	TemporaryInView         = Condition{"INVALID_TEMP_OBJ_REFERENCE", "42K0F"}
	TemporaryView           = Condition{"EXPECT_PERMANENT_VIEW_NOT_TEMP", "42809"}
	TruncateExternal        = Condition{"_LEGACY_ERROR_TEMP_1266", "XXKST"}
	ViewColumnsMany         = Condition{"CREATE_VIEW_COLUMN_ARITY_MISMATCH.TOO_MANY_DATA_COLUMNS", "21S01"}
	ViewColumnsFew          = Condition{"CREATE_VIEW_COLUMN_ARITY_MISMATCH.NOT_ENOUGH_DATA_COLUMNS", "21S01"}
	ViewNotTable            = Condition{"EXPECT_VIEW_NOT_TABLE.USE_ALTER_TABLE", "42809"}
	ViewOverTable           = Condition{"EXPECT_VIEW_NOT_TABLE.NO_ALTERNATIVE", "42809"}
	WrongObject             = Condition{"WRONG_COMMAND_FOR_OBJECT_TYPE", "42809"}
	LocationExists          = Condition{"LOCATION_ALREADY_EXISTS", "42710"}
	TableFormatDiffers      = Condition{"_LEGACY_ERROR_TEMP_1159", "42000"}
	TableColumnsDiffer      = Condition{"_LEGACY_ERROR_TEMP_1161", "42000"}
	TableColumnMissing      = Condition{"_LEGACY_ERROR_TEMP_1162", "42703"}
	TablePartitionsDiffer   = Condition{"_LEGACY_ERROR_TEMP_1163", "42000"}
	CannotMergeSchemas      = Condition{"CANNOT_MERGE_SCHEMAS", "42KD9"}
	CannotReadFooter        = Condition{"FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER", "KD001"}
	MalformedCSV            = Condition{"MALFORMED_CSV_RECORD", "KD000"}
)
