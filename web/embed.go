// Package web holds the built front ends inside the binary, so that one file is the whole product.
// A source tree in which nothing was built yet embeds only a placeholder; the caller tells the two apart by index.html.
//
// Kit.
package web

import (
	"embed"
	"io/fs"
)

//go:embed all:console/dist
var console embed.FS

// Console returns the built staff console with index.html at its root.
// The tree has no index.html when the console was not built.
func Console() fs.FS {
	sub, err := fs.Sub(console, "console/dist")
	if err != nil {
		panic("web: the embedded console has no root: " + err.Error())
	}
	return sub
}
