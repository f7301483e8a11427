package export

import (
	"encoding"
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/page"
)

// ErrFilter is answered for a filter that the list does not know.
var ErrFilter = fault.New(fault.Invalid, "export_filter", "筛选条件认不出，请回到列表重新筛选后再导出")

var requestType = reflect.TypeFor[page.Request]()

// requestOf finds the paging part of a list's input.
func requestOf(in any) *page.Request {
	v := reflect.ValueOf(in).Elem()
	for i := range v.NumField() {
		f := v.Field(i)
		if f.Type() == requestType {
			r, _ := f.Addr().Interface().(*page.Request)
			return r
		}
		if v.Type().Field(i).Anonymous && f.Kind() == reflect.Struct {
			if r := requestOf(f.Addr().Interface()); r != nil {
				return r
			}
		}
	}
	return nil
}

// decode fills a list's input by its path and query tags. Paging and counting
// are the page's own business; any other name that the input has not is
// ErrFilter, so that no filter is dropped in silence.
func decode(in any, project id.ID, query url.Values) error {
	known := []string{"limit", "cursor", "count", "page"}
	if err := fill(reflect.ValueOf(in).Elem(), project, query, &known); err != nil {
		return err
	}
	for name := range query {
		if !slices.Contains(known, name) {
			return ErrFilter.Say("筛选条件 %s 认不出，请回到列表重新筛选后再导出", name)
		}
	}
	return nil
}

func fill(v reflect.Value, project id.ID, query url.Values, known *[]string) error {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if f.Type == requestType {
			continue
		}
		if f.Anonymous && f.Type.Kind() == reflect.Struct {
			if err := fill(v.Field(i), project, query, known); err != nil {
				return err
			}
			continue
		}
		name := f.Tag.Get("query")
		if name == "" {
			name = f.Tag.Get("path")
		}
		name, _, _ = strings.Cut(name, ",")
		if name == "" || name == "count" {
			continue
		}
		if name == "project" {
			v.Field(i).SetInt(int64(project))
			continue
		}
		*known = append(*known, name)
		if !query.Has(name) {
			if f.Tag.Get("path") != "" {
				return ErrFilter.Say("缺少 %s，请回到列表再导出", name)
			}
			if fallback := f.Tag.Get("default"); fallback != "" {
				if err := set(v.Field(i), f.Tag, []string{fallback}); err != nil {
					return fmt.Errorf("default of %s: %w", name, err)
				}
			}
			continue
		}
		if err := set(v.Field(i), f.Tag, query[name]); err != nil {
			return ErrFilter.Say("筛选条件 %s 的值不对，请回到列表重新筛选后再导出", name).Because(err)
		}
	}
	return nil
}

func set(v reflect.Value, tag reflect.StructTag, values []string) error {
	text := values[0]
	if v.Kind() == reflect.Slice {
		for _, part := range strings.Split(strings.Join(values, ","), ",") {
			if part == "" {
				continue
			}
			e := reflect.New(v.Type().Elem()).Elem()
			if err := set(e, tag, []string{part}); err != nil {
				return err
			}
			v.Set(reflect.Append(v, e))
		}
		return nil
	}
	if text == "" {
		return nil
	}
	if allowed := tag.Get("enum"); allowed != "" && !slices.Contains(strings.Split(allowed, ","), text) {
		return fmt.Errorf("%q is not one of %s", text, allowed)
	}
	if n, err := strconv.Atoi(tag.Get("maxLength")); err == nil && utf8.RuneCountInString(text) > n {
		return fmt.Errorf("longer than %d characters", n)
	}
	if v.Type() == reflect.TypeFor[id.ID]() {
		n, err := id.Parse(text)
		v.SetInt(int64(n))
		return err
	}
	if u, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		return u.UnmarshalText([]byte(text))
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Bool:
		b, err := strconv.ParseBool(text)
		v.SetBool(b)
		return err
	case reflect.Int, reflect.Int32, reflect.Int64:
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || v.OverflowInt(n) {
			return fmt.Errorf("%q is no number", text)
		}
		v.SetInt(n)
	default:
		return fmt.Errorf("a list cannot be filtered by a %s", v.Type())
	}
	return nil
}
