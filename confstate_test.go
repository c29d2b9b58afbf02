package weir

import "testing"

func TestStateSettings(t *testing.T) {
	for _, tt := range []struct {
		key, value string
		disk       bool
		memory     int64
		fails      bool
	}{
		{storeProvider, providers + rocksProvider, true, 500 << 20, false},
		{storeProvider, "org.apache.spark.sql.execution.streaming.state.HDFSBackedStateStoreProvider", false, 0, false},
		{storeProvider, "lsm", true, 500 << 20, false},
		{storeProvider, "mem", false, 0, false},
		{storeProvider, "com.example.MyProvider", false, 0, true},
		{memoryLimit, "1GiB", false, 1 << 29, false},
		{memoryLimit, "64 mb", false, 32 << 20, false},
		{memoryLimit, "4096", false, 2048, false},
		{memoryLimit, "0", false, 0, false},
		{memoryLimit, "1", false, 0, true},
		{memoryLimit, "-1g", false, 0, true},
		{memoryLimit, "9999999999t", false, 0, true},
		{memoryLimit, "lots", false, 0, true},
	} {
		c := defaultConf()
		err := c.set(tt.key, tt.value)
		if (err != nil) != tt.fails {
			t.Errorf("%s = %s: %v", tt.key, tt.value, err)
		}
		if got := c.querySettings().State; got.Disk != tt.disk || got.Memory != tt.memory {
			t.Errorf("%s = %s: %+v", tt.key, tt.value, got)
		}
	}
}
