package clock

import "github.com/danielgtaylor/huma/v2"

// Schema tells the API document that a date is a string.
func (Date) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Pattern: `^(\d{4}-\d{2}-\d{2})?$`, Description: "业务日期，如 2026-11-21；空串表示没有", Examples: []any{"2026-11-21"}}
}

// Schema tells the API document that a month is a string.
func (Month) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Pattern: `^(\d{4}-\d{2})?$`, Description: "账期月份，如 2026-11；空串表示没有", Examples: []any{"2026-11"}}
}
