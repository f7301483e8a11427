package sheet

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strings"

	"github.com/xuri/excelize/v2"
)

// workbook is an xlsx whose zip has been checked part by part.
type workbook struct {
	file      *excelize.File
	zip       map[string]*zip.File
	parts     []*part
	strings   int // entries in the shared string table
	dates1904 bool
	formats   []numFormat // by style
}

// part is one worksheet inside the zip.
type part struct {
	name   string
	path   string
	hidden bool
	facts  *facts
}

// tempAbove is the size in bytes from which excelize keeps a worksheet or the
// shared strings in a temporary file instead of in memory.
const tempAbove = 1 << 20

// sheetPrefix begins the names of the worksheets that excelize keeps there.
const sheetPrefix = "xl/worksheets/sheet"

func (b *Book) openXLSX(r io.ReaderAt, size int64) (*workbook, error) {
	files, err := b.checkZip(r, size)
	if err != nil {
		return nil, err
	}
	w := &workbook{zip: files}
	if err := w.readParts(); err != nil {
		return nil, err
	}
	if err := b.countStrings(w); err != nil {
		return nil, err
	}
	if err := w.readFormats(); err != nil {
		return nil, err
	}
	w.file, err = excelize.OpenReader(io.NewSectionReader(r, 0, size), excelize.Options{
		RawCellValue: true, UnzipSizeLimit: b.limits.UnpackedBytes, UnzipXMLSizeLimit: min(tempAbove, b.limits.PartBytes),
	})
	if err != nil {
		return nil, ErrDamaged.Because(err)
	}
	return w, nil
}

// checkZip reads every part to its end, because a declared size is a claim.
func (b *Book) checkZip(r io.ReaderAt, size int64) (map[string]*zip.File, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, ErrDamaged.Because(err)
	}
	if len(z.File) > b.limits.Parts {
		return nil, ErrLimit.Say("文件内部有 %d 个部分，超过上限 %d，请另存为 xlsx 再传", len(z.File), b.limits.Parts)
	}
	files := make(map[string]*zip.File, len(z.File))
	var declared, real uint64
	limit := uint64(b.limits.UnpackedBytes)
	for _, f := range z.File {
		name := strings.ReplaceAll(f.Name, `\`, "/")
		if strings.HasPrefix(name, "/") || strings.Contains(name, ":") || path.Clean("/"+name) != "/"+strings.TrimSuffix(name, "/") {
			return nil, ErrDamaged.Say("文件内部有不允许的路径“%s”，请另存为 xlsx 再传", visible(f.Name))
		}
		if _, twice := files[strings.ToLower(name)]; twice {
			return nil, ErrDamaged.Say("文件内部有两个“%s”，请另存为 xlsx 再传", visible(name))
		}
		files[strings.ToLower(name)] = f
		if declared += f.UncompressedSize64; declared > limit || f.UncompressedSize64 > limit {
			return nil, ErrLimit.Say("文件解压后超过上限 %d MB，请删去图片或拆成几个文件", limit>>20)
		}
	}
	for name, f := range files {
		n, err := b.drain(name, f, limit-real)
		if err != nil {
			return nil, err
		}
		real += n
	}
	return files, nil
}

func (b *Book) drain(name string, f *zip.File, rest uint64) (uint64, error) {
	if err := b.late(); err != nil {
		return 0, err
	}
	bound, limit := rest, b.limits.PartBytes
	if strings.HasPrefix(name, sheetPrefix) {
		limit = b.limits.SheetBytes
	}
	if strings.HasSuffix(name, ".xml") || strings.HasSuffix(name, ".rels") {
		bound = min(bound, uint64(limit))
	}
	rc, err := f.Open()
	if err != nil {
		return 0, ErrDamaged.Because(err)
	}
	defer rc.Close()
	n, err := io.Copy(io.Discard, io.LimitReader(rc, int64(bound)+1))
	switch {
	case uint64(n) > rest:
		return 0, ErrLimit.Say("文件解压后超过上限 %d MB，请删去图片或拆成几个文件", b.limits.UnpackedBytes>>20)
	case uint64(n) > bound:
		return 0, ErrLimit.Say("文件内部的“%s”超过上限 %d MB，请拆成几个文件", visible(f.Name), limit>>20)
	case err != nil:
		return 0, ErrDamaged.Because(err)
	}
	return uint64(n), nil
}

func (w *workbook) open(name string) (io.ReadCloser, error) {
	f := w.zip[strings.ToLower(strings.TrimPrefix(name, "/"))]
	if f == nil {
		return nil, ErrDamaged.Say("文件缺少“%s”，请用 Excel 或 WPS 打开后另存为 xlsx 再传", visible(name))
	}
	rc, err := f.Open()
	if err != nil {
		return nil, ErrDamaged.Because(err)
	}
	return rc, nil
}

func (w *workbook) decode(name string, into any) error {
	rc, err := w.open(name)
	if err != nil {
		return err
	}
	defer rc.Close()
	if err := xml.NewDecoder(rc).Decode(into); err != nil {
		return ErrDamaged.Because(err)
	}
	return nil
}

type relations struct {
	Items []struct {
		ID     string `xml:"Id,attr"`
		Type   string `xml:"Type,attr"`
		Target string `xml:"Target,attr"`
	} `xml:"Relationship"`
}

// readParts finds the worksheets: names in the workbook, files by relation.
func (w *workbook) readParts() error {
	var root relations
	if err := w.decode("_rels/.rels", &root); err != nil {
		return err
	}
	book := "xl/workbook.xml"
	for _, rel := range root.Items {
		if strings.HasSuffix(rel.Type, "/officeDocument") {
			book = strings.TrimPrefix(rel.Target, "/")
		}
	}
	var doc struct {
		Props struct {
			Date1904 string `xml:"date1904,attr"`
		} `xml:"workbookPr"`
		Sheets []struct {
			Name  string     `xml:"name,attr"`
			State string     `xml:"state,attr"`
			Attrs []xml.Attr `xml:",any,attr"`
		} `xml:"sheets>sheet"`
	}
	if err := w.decode(book, &doc); err != nil {
		return err
	}
	w.dates1904 = doc.Props.Date1904 == "1" || doc.Props.Date1904 == "true"
	var rels relations
	if err := w.decode(path.Join(path.Dir(book), "_rels", path.Base(book)+".rels"), &rels); err != nil {
		return err
	}
	targets := map[string]string{}
	for _, rel := range rels.Items {
		if strings.HasSuffix(rel.Type, "/worksheet") {
			targets[rel.ID] = resolve(path.Dir(book), rel.Target)
		}
	}
	for _, s := range doc.Sheets {
		for _, a := range s.Attrs {
			if target := targets[a.Value]; a.Name.Local == "id" && target != "" {
				w.parts = append(w.parts, &part{name: s.Name, path: target, hidden: s.State == "hidden" || s.State == "veryHidden"})
			}
		}
	}
	if len(w.parts) == 0 {
		return ErrFormat.Say("这个 xlsx 里没有工作表，请检查后再传")
	}
	return nil
}

func resolve(dir, target string) string {
	if strings.HasPrefix(target, "/") {
		return path.Clean(target[1:])
	}
	return path.Join(dir, target)
}

// countStrings counts the shared strings: excelize reads a cell whose index
// lies outside of the table as empty and says nothing.
func (b *Book) countStrings(w *workbook) error {
	if w.zip["xl/sharedstrings.xml"] == nil {
		return nil
	}
	rc, err := w.open("xl/sharedStrings.xml")
	if err != nil {
		return err
	}
	defer rc.Close()
	dec := xml.NewDecoder(rc)
	for {
		if err := b.late(); err != nil {
			return err
		}
		tok, err := dec.RawToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return ErrDamaged.Because(err)
		}
		if el, ok := tok.(xml.StartElement); ok && el.Name.Local == "si" {
			w.strings++
		}
	}
}
