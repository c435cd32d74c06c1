# Makes lavaan_second_order_{ML,FIML,scores}.json from data.csv and data_missing.csv:
# Rscript lavaan_second_order.R, in this folder, with lavaan 0.6-14.
library(lavaan)
options(digits = 15)

MEASURES <- "
IMG =~ IMG1 + IMG2 + IMG3
EXP =~ EXP1 + EXP2 + EXP3
QUAL =~ QUAL1 + QUAL2 + QUAL3 + QUAL4 + QUAL5
VAL =~ VAL1 + VAL2 + VAL3
SAT =~ SAT1 + SAT2 + SAT3
LOY =~ LOY1 + LOY2 + LOY3
"
PATHS <- "
OFFER =~ QUAL + VAL
EXP ~ IMG
OFFER ~ EXP
SAT ~ IMG + OFFER
LOY ~ SAT
"
WHOLE <- "
EXP =~ EXP1 + EXP2 + EXP3
QUAL =~ QUAL1 + QUAL2 + QUAL3 + QUAL4 + QUAL5
VAL =~ VAL1 + VAL2 + VAL3
OFFER =~ EXP + QUAL + VAL
"

number <- function(x) ifelse(is.na(x), "null", formatC(x, digits = 15, format = "g"))
text <- function(x) paste0("\"", x, "\"")
object <- function(names, values) paste0("{", paste0(text(names), ": ", values, collapse = ", "), "}")
rows <- function(table) {
  values <- sapply(table, function(column) if (is.character(column)) text(column) else number(column))
  paste0("[\n", paste0(apply(values, 1, function(row) object(names(table), row)), collapse = ",\n"), "\n]")
}
save <- function(file, call, parts) {
  head <- c(package = text("lavaan 0.6.14"), call = text(call))
  parts <- c(head, parts)
  writeLines(object(names(parts), parts), file)
}

estimates <- function(file, model, data, call, ...) {
  found <- sem(model, read.csv(data), ...)
  measures <- fitMeasures(found)
  r2 <- lavInspect(found, "rsquare")
  save(file, call, c(
    fit = object(names(measures), number(unclass(measures))),
    r2 = object(names(r2), number(unclass(r2))),
    standardized = rows(as.data.frame(standardizedSolution(found))),
    estimates = rows(as.data.frame(parameterEstimates(found)))
  ))
  found
}

sem_call <- "sem(MEASURES + PATHS, data, estimator='ML'%s), see lavaan_second_order.R"
estimates("lavaan_second_order_ML.json", paste(MEASURES, PATHS), "data.csv", sprintf(sem_call, ""))
estimates("lavaan_second_order_FIML.json", paste(MEASURES, PATHS), "data_missing.csv",
  sprintf(sem_call, ", missing='fiml'"), missing = "fiml")
found <- sem(WHOLE, read.csv("data.csv"))
gain <- attr(lavPredict(found, fsm = TRUE), "fsm")
gain <- if (is.list(gain)) gain[[1]] else gain
dimnames(gain) <- list(lavNames(found, "lv"), lavNames(found, "ov"))
save("lavaan_second_order_scores.json", "lavPredict(sem(WHOLE, data), fsm=TRUE), see lavaan_second_order.R",
  c(OFFER = object(colnames(gain), number(gain["OFFER", ]))))
