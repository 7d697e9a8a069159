module honnef.co/go/js/dom/v2

go 1.27.0
