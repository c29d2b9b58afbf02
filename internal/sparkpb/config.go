package sparkpb

// ConfigRequest asks for settings or changes them.
type ConfigRequest struct {
	message
	SessionID                         string           `pb:"1"`
	ClientObservedServerSideSessionID *string          `pb:"8"`
	UserContext                       *UserContext     `pb:"2"`
	Operation                         *ConfigOperation `pb:"3"`
	ClientType                        *string          `pb:"4"`
}

// KeyValue is a setting and its value.
type KeyValue struct {
	message
	Key   string  `pb:"1"`
	Value *string `pb:"2"`
}

// ConfigOperation is what to do with settings.
type ConfigOperation struct {
	message
	Set            *ConfigSet            `pb:"1,oneof=op_type"`
	Get            *ConfigGet            `pb:"2,oneof=op_type"`
	GetWithDefault *ConfigGetWithDefault `pb:"3,oneof=op_type"`
	GetOption      *ConfigGetOption      `pb:"4,oneof=op_type"`
	GetAll         *ConfigGetAll         `pb:"5,oneof=op_type"`
	Unset          *ConfigUnset          `pb:"6,oneof=op_type"`
	IsModifiable   *ConfigIsModifiable   `pb:"7,oneof=op_type"`
}

// ConfigSet sets settings.
type ConfigSet struct {
	message
	Pairs  []*KeyValue `pb:"1"`
	Silent *bool       `pb:"2"`
}

// ConfigGet asks for settings, which must exist.
type ConfigGet struct {
	message
	Keys []string `pb:"1"`
}

// ConfigGetWithDefault asks for settings, with what to say where they are not set.
type ConfigGetWithDefault struct {
	message
	Pairs []*KeyValue `pb:"1"`
}

// ConfigGetOption asks for settings that may be missing.
type ConfigGetOption struct {
	message
	Keys []string `pb:"1"`
}

// ConfigGetAll asks for all settings that begin with a prefix.
type ConfigGetAll struct {
	message
	Prefix *string `pb:"1"`
}

// ConfigUnset gives settings their default.
type ConfigUnset struct {
	message
	Keys []string `pb:"1"`
}

// ConfigIsModifiable asks which settings can be changed in a session.
type ConfigIsModifiable struct {
	message
	Keys []string `pb:"1"`
}

// ConfigResponse answers a ConfigRequest.
type ConfigResponse struct {
	message
	SessionID           string      `pb:"1"`
	ServerSideSessionID string      `pb:"4"`
	Pairs               []*KeyValue `pb:"2"`
	Warnings            []string    `pb:"3"`
}
