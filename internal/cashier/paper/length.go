package paper

// length is the measured length of the roll in mm, so that the cutter cuts
// below the last line. Computed in hundredths of a millimetre.
func (r *Receipt) length() int {
	const (
		line    = 487 // 9.5 pt × 1.45
		small   = 435 // 8.5 pt × 1.45
		perLine = 46  // half-width characters of 8.5 pt in 72 mm
		perBold = 42  // and of 9.5 pt
	)
	lines, smalls := 7+len(r.Pays)+textLines(r.Upper, perBold), 1
	sum := 1000 + line + 650 + 4*450 + 800 + 600 // margins, head, rules, total
	for _, row := range r.Rows {
		lines++
		if row.Months != "" || row.How != "" {
			smalls += textLines(row.Months+row.How, perLine-6)
		}
		sum += 120
	}
	if r.Tendered != "" {
		lines += 2
	}
	for _, pay := range r.Pays {
		if pay.Proof != "" {
			smalls += textLines(pay.Proof, perLine)
		}
	}
	if r.Company != "" {
		smalls++
	}
	for _, own := range []string{r.Footer, r.Phone} {
		if own != "" {
			smalls += textLines(own, perLine)
		}
	}
	if r.Header != "" {
		lines += textLines(r.Header, perBold)
	}
	if r.SealRoll {
		sum += 2 * line
	}
	if r.Again != "" {
		sum += line + 400
	}
	if r.Code != "" {
		sum += 2600
		smalls++
	}
	if r.Void != "" {
		smalls += textLines(r.Void, perLine) + 1
	}
	return (sum+lines*line+smalls*small)/100 + 2
}

// half reports whether a copy fits on half an A4 sheet: at most five rows, and
// what wraps still leaves room for the signatures. Computed in hundredths of a millimetre.
func (r *Receipt) half() bool {
	const (
		room  = 4_900 // what head, total, one line of payments and the signatures leave
		line  = 512   // 10 pt × 1.45
		small = 410   // 8 pt × 1.45
	)
	if len(r.Rows) > halfRows {
		return false
	}
	sum := 0
	for _, row := range r.Rows {
		sum += line*max(textLines(row.Item, 17), textLines(row.How, 40)) + 280
	}
	head, wide := r.Header+r.Company+r.Project, 70-len(r.Again)
	if r.Code != "" {
		wide -= 13
	}
	sum += line * (textLines(head, wide) - 1 + max(textLines(r.Payer, 26), textLines(r.Room, 26)) - 1)
	pays := "收款方式合计" + r.Total
	for _, pay := range r.Pays {
		pays += pay.Name + pay.Amount + pay.Proof + "　　　"
	}
	if r.Tendered != "" {
		pays += "现金收找零　　　　　　" + r.Tendered + r.Change
	}
	sum += (line + 160) * (textLines(pays, 84) - 1)
	return sum+small*(textLines("本收据不作为发票使用，请保管好。。"+r.Phone+r.Footer+r.Void, 120)-1) <= room
}

// textLines is how many lines of width half-width characters a text takes.
func textLines(text string, width int) int {
	n := 0
	for _, c := range text {
		if n++; c > 0x2e80 {
			n++
		}
	}
	return max(1, (n+width-1)/width)
}
