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

//go:embed all:pay/dist
var pay embed.FS

// Console returns the built staff console with index.html at its root.
// The tree has no index.html when the console was not built.
func Console() fs.FS { return root(console, "console/dist") }

// Pay returns the built page that a resident's pay code opens, in the same way.
func Pay() fs.FS { return root(pay, "pay/dist") }

func root(files embed.FS, folder string) fs.FS {
	sub, err := fs.Sub(files, folder)
	if err != nil {
		panic("web: the embedded " + folder + " has no root: " + err.Error())
	}
	return sub
}
