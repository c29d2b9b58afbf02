package sparkpb

// StorageLevel is how rows are kept.
type StorageLevel struct {
	message
	UseDisk      bool  `pb:"1"`
	UseMemory    bool  `pb:"2"`
	UseOffHeap   bool  `pb:"3"`
	Deserialized bool  `pb:"4"`
	Replication  int32 `pb:"5"`
}

// ResourceAddresses is a resource and where it is.
type ResourceAddresses struct {
	message
	Name      string   `pb:"1"`
	Addresses []string `pb:"2"`
}

// ExecutorResourceRequest is a resource that an executor needs.
type ExecutorResourceRequest struct {
	message
	ResourceName    string  `pb:"1"`
	Amount          int64   `pb:"2"`
	DiscoveryScript *string `pb:"3"`
	Vendor          *string `pb:"4"`
}

// TaskResourceRequest is a resource that a task needs.
type TaskResourceRequest struct {
	message
	ResourceName string  `pb:"1"`
	Amount       float64 `pb:"2"`
}

// ResourceProfile is the resources of executors and tasks.
type ResourceProfile struct {
	message
	ExecutorResources map[string]*ExecutorResourceRequest `pb:"1"`
	TaskResources     map[string]*TaskResourceRequest     `pb:"2"`
}

// GetResourcesCommand asks for the resources of the driver.
type GetResourcesCommand struct{ commandKind }

// GetResourcesResult answers a GetResourcesCommand.
type GetResourcesResult struct {
	executeResult
	Resources map[string]*ResourceAddresses `pb:"1"`
}

// CreateResourceProfileCommand makes a resource profile.
type CreateResourceProfileCommand struct {
	commandKind
	Profile *ResourceProfile `pb:"1"`
}

// CreateResourceProfileResult is the number of a resource profile.
type CreateResourceProfileResult struct {
	executeResult
	ProfileID int32 `pb:"1"`
}
