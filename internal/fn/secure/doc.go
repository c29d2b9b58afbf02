// Package secure holds encryption and message authentication.
//
//	aes_encrypt(text, key, mode, padding, iv, aad)
//	    ECB   blocks                                         padded
//	    CBC   iv (16 bytes) + blocks                         padded
//	    GCM   iv (12 bytes) + text + tag (16 bytes)          the default
//
// All of it is the standard library's; only Spark's names and checks are here.
package secure
