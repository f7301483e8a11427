package sheet

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Top is the beginning of a sheet: rows with content among its first twenty.
type Top struct {
	Sheet string
	Rows  []TopRow
}

// TopRow is one of them with the number that Excel shows.
type TopRow struct {
	Number int
	Cells  []Cell
}

// Header is where a table was found.
type Header struct {
	Sheet   string
	Row     int            // data begins below
	Columns map[string]int // index into the cells of a row, by field
	Ignored []string       // titles that no field knows, with their cell: 装修（F3）
}

// Cell is the cell of a field, empty when the row or the table lacks it.
func (h *Header) Cell(cells []Cell, field string) Cell {
	col, ok := h.Columns[field]
	if !ok || col >= len(cells) {
		return Cell{}
	}
	return cells[col]
}

// Tops reads the beginning of every sheet; hidden sheets come last.
func (b *Book) Tops() ([]Top, error) {
	infos, err := b.Sheets()
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(infos, func(x, y Info) int {
		switch {
		case x.Hidden == y.Hidden:
			return 0
		case x.Hidden:
			return 1
		}
		return -1
	})
	tops := make([]Top, 0, len(infos))
	for _, info := range infos {
		top := Top{Sheet: info.Name}
		err := b.Rows(info.Name, func(row int, cells []Cell) error {
			if row > headRows {
				return errStop
			}
			top.Rows = append(top.Rows, TopRow{row, slices.Clone(cells)})
			return nil
		})
		if err != nil && !errors.Is(err, errStop) {
			return nil, err
		}
		tops = append(tops, top)
	}
	return tops, nil
}

// FindHeader looks for the header in every sheet of the book.
func (b *Book) FindHeader(synonyms map[string][]string, required []string) (*Header, error) {
	tops, err := b.Tops()
	if err != nil {
		return nil, err
	}
	return FindHeader(tops, synonyms, required)
}

// FindHeader finds the row that names the most required fields, then the most
// fields. Synonyms maps a field to its titles, the one shown to people first,
// earlier titles before later ones; titles are compared without width, spaces,
// asterisks, 必填 and bracketed units. ErrHeader names the required columns that are
// missing, or a title that stands twice.
func FindHeader(tops []Top, synonyms map[string][]string, required []string) (*Header, error) {
	ranks := titleRanks(synonyms)
	var best *Header
	bestScore := 0
	var bestErr error
	for _, top := range tops {
		for _, row := range top.Rows {
			h, err := matchRow(row, ranks)
			h.Sheet = top.Sheet
			score := len(h.Columns)
			for _, f := range required {
				if _, ok := h.Columns[f]; ok {
					score += 1000
				}
			}
			if score > bestScore {
				best, bestScore, bestErr = h, score, err
			}
		}
	}
	title := func(field string) string {
		if names := synonyms[field]; len(names) > 0 {
			return names[0]
		}
		return field
	}
	if best == nil {
		names := make([]string, len(required))
		for i, f := range required {
			names[i] = title(f)
		}
		return nil, ErrHeader.Say("前 %d 行里没有找到表头，需要这些列：%s", headRows, strings.Join(names, "、"))
	}
	var missing []string
	for _, f := range required {
		if _, ok := best.Columns[f]; !ok {
			missing = append(missing, title(f))
		}
	}
	if len(missing) > 0 {
		return nil, ErrHeader.Say("缺少必填列：%s（表头在工作表“%s”第 %d 行）", strings.Join(missing, "、"), visible(best.Sheet), best.Row)
	}
	if bestErr != nil {
		return nil, bestErr
	}
	return best, nil
}

type rank struct {
	field string
	order int
}

// bareOrder puts the bare form of a bracketed synonym behind all exact ones.
const bareOrder = 1000

func titleRanks(synonyms map[string][]string) map[string]rank {
	ranks := map[string]rank{}
	fields := make([]string, 0, len(synonyms))
	for f := range synonyms {
		fields = append(fields, f)
	}
	slices.Sort(fields)
	for _, f := range fields {
		for i, name := range synonyms[f] {
			for n, key := range titleKeys(name) {
				order := i + n*bareOrder
				if old, taken := ranks[key]; !taken || order < old.order {
					ranks[key] = rank{f, order}
				}
			}
		}
	}
	return ranks
}

// matchRow gives each field the column with its best title.
func matchRow(row TopRow, ranks map[string]rank) (*Header, error) {
	h := &Header{Row: row.Number, Columns: map[string]int{}}
	chosen := map[string]int{}
	var twice error
	for i, cell := range row.Cells {
		if cell.Text == "" || strings.Contains(cell.Problem, "横向合并") {
			continue
		}
		r, ok := rankOf(cell.Text, ranks)
		if !ok {
			h.Ignored = append(h.Ignored, fmt.Sprintf("%s（%s）", visible(strings.TrimSpace(cell.Text)), cell.Ref))
			continue
		}
		old, taken := chosen[r.field]
		switch {
		case !taken:
			chosen[r.field], h.Columns[r.field] = r.order, i
		case old == r.order:
			other := row.Cells[h.Columns[r.field]]
			twice = ErrHeader.Say("表头“%s”出现了两次（%s 和 %s），请删去一列", visible(strings.TrimSpace(cell.Text)), other.Ref, cell.Ref)
		case r.order < old:
			other := row.Cells[h.Columns[r.field]]
			h.Ignored = append(h.Ignored, fmt.Sprintf("%s（%s）", visible(strings.TrimSpace(other.Text)), other.Ref))
			chosen[r.field], h.Columns[r.field] = r.order, i
		default:
			h.Ignored = append(h.Ignored, fmt.Sprintf("%s（%s）", visible(strings.TrimSpace(cell.Text)), cell.Ref))
		}
	}
	return h, twice
}

func rankOf(title string, ranks map[string]rank) (rank, bool) {
	for _, key := range titleKeys(title) {
		if r, ok := ranks[key]; ok {
			return r, true
		}
	}
	return rank{}, false
}

var bracketed = regexp.MustCompile(`\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】`)

// titleKeys are the forms under which a title is compared: with its brackets,
// because 电话(备用) may be a field of its own, then without.
func titleKeys(title string) []string {
	s := strings.ToLower(norm.NFKC.String(title))
	s = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune("*:﹡★", r) {
			return -1
		}
		return r
	}, s)
	for _, mark := range []string{"(必填)", "(选填)", "[必填]", "[选填]", "【必填】", "【选填】"} {
		s = strings.ReplaceAll(s, mark, "")
	}
	bare := bracketed.ReplaceAllString(s, "")
	switch {
	case s == "":
		return nil
	case bare == s || bare == "":
		return []string{s}
	}
	return []string{s, bare}
}
