package search

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestA21RoomSpellings(t *testing.T) {
	for want, spellings := range map[string][]string{
		"1-1-101":  {"1-1-101", "１－１－１０１", "1栋1单元101", "1#1-101 ", "1栋1单元101室", "1号楼1单元101", "1幢1单元101", "1座1门101", "1 - 1 - 101 ", "01栋01单元101号", "一栋一单元101", "1/1/101", "1—1—101", "1栋1梯101户", "1号楼1单元 101 室", "1＃1－101"},
		"1-101":    {"1栋101", "1-101", "1号楼101", "1#101", "1 101", "一号楼101"},
		"a-101":    {"A栋101", "a-101", "Ａ座１０１室", "A 101"},
		"3-2-1502": {"3-2-1502", "3栋2单元1502", "三栋二单元1502"},
		"12-1-101": {"十二栋1单元101", "12-1-101"},
		"20-101":   {"二十栋101"},
		"底商3":      {"底商03", "底商3", "底商03号"},
		"1-底商3":    {"1栋底商03", "1-底商03"},
		"甲-101":    {"甲栋101", "甲-101"},
		"北区3-101":  {"北区3栋101"},
		"101":      {"101", "101室", "0101"},
	} {
		for _, s := range spellings {
			if got, ok := RoomKey(s); !ok || got != want {
				t.Errorf("RoomKey(%q) = %q, %v; want %q", s, got, ok, want)
			}
		}
	}
	for _, s := range []string{"", " ", "陈建国", "cjg", "13800138000", "1234567", "%1", "1栋=101", "abc", "a@1"} {
		if key, ok := RoomKey(s); ok {
			t.Errorf("%q is taken for the room %q", s, key)
		}
	}
}

func TestRoomsAreFound(t *testing.T) {
	for _, c := range []struct {
		building, unit, room string
		hits, misses         []string
	}{
		{"1", "1", "101", []string{"1栋101", "1-1-101", "101", "1#1-101", "1-101", "0101"}, []string{"2-101", "1-2-101", "1-1-102", "11101", "1"}},
		{"1栋", "一单元", "101室", []string{"1栋101", "1-1-101", "一栋一单元101"}, []string{"2-101"}},
		{"01", "0", "底商03", []string{"底商03", "底商3", "1栋底商03", "1-0-底商03", "底商-03"}, []string{"03", "底商4"}},
		{"A栋", "", "101", []string{"A栋101", "A101", "a-101", "101", "A座101"}, []string{"B101"}},
		{"2", "", "A-03", []string{"A-03", "2-A-03", "A03", "2栋A-03", "2栋a03"}, []string{"A-04"}},
		{"1", "1", "1-1-101", []string{"1-1-101", "101", "1栋101"}, []string{"1-1-102"}},
		{"翠园", "1", "101", []string{"翠园1单元101", "翠园-1-101", "翠园101"}, []string{"梅园101"}},
	} {
		keys := RoomKeys(c.building, c.unit, c.room)
		hit := func(q string) bool {
			return slices.ContainsFunc(QueryRoomKeys(q), func(k string) bool { return slices.Contains(keys, k) })
		}
		for _, q := range c.hits {
			if !hit(q) {
				t.Errorf("%q (%q) does not find %v", q, QueryRoomKeys(q), keys)
			}
		}
		for _, q := range c.misses {
			if hit(q) {
				t.Errorf("%q finds %v", q, keys)
			}
		}
	}
	if a, b := RoomKeys("1", "", "101")[0], RoomKeys("1栋", "0", "101室")[0]; a != b {
		t.Errorf("no unit and unit 0 differ: %q %q", a, b)
	}
	if keys := RoomKeys("1", "1", " "); keys != nil {
		t.Errorf("a room without number has keys %q", keys)
	}
}

// Every spelling of numbered rooms leads to the first key and to no other room.
func TestSpellingsMeet(t *testing.T) {
	forms := []string{"%d-%d-%d", "%d栋%d单元%d", "%d#%d-%d", "%d号楼%d单元%d室", "%d幢 %d单元 %d", "%d座%d门%d号", "0%d-0%d-0%d"}
	rapid.Check(t, func(rt *rapid.T) {
		b, u, r := rapid.IntRange(1, 99).Draw(rt, "b"), rapid.IntRange(1, 20).Draw(rt, "u"), rapid.IntRange(1, 9999).Draw(rt, "r")
		keys := RoomKeys(fmt.Sprint(b), fmt.Sprint(u), fmt.Sprint(r))
		got, ok := RoomKey(fmt.Sprintf(rapid.SampledFrom(forms).Draw(rt, "form"), b, u, r))
		if !ok || got != keys[0] {
			rt.Fatalf("%q, want %q", got, keys[0])
		}
		if other := RoomKeys(fmt.Sprint(b), fmt.Sprint(u+1), fmt.Sprint(r)); slices.Contains(other, got) {
			rt.Fatalf("%q also finds %q", got, other)
		}
	})
}
